"""A word's nearest neighbours as a table, and a widget to walk through a vocabulary by them."""

import html
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from llmai_edu.viz.widgets import boxed, failed

__all__ = ["neighbour_table", "neighbour_widget"]

Neighbours = Sequence[tuple[str, float]]
CELL = "padding:2px 12px;text-align:left;border-bottom:1px solid #888"


def neighbour_table(columns: Mapping[str, Neighbours], caption: str = "") -> str:
    """Return an HTML table with a column of neighbours and their cosines for each name, the nearest on top.

    columns: (word, cosine) pairs under each name; columns may differ in length. All text is escaped.

    >>> neighbour_table({"all": [("navy", 0.8125)]}).count("navy 0.81")
    1
    """
    head = "".join(f'<th scope="col" style="{CELL}">{html.escape(name)}</th>' for name in columns)
    rows = []
    for place in range(max(map(len, columns.values()), default=0)):
        cells = [
            f"{html.escape(found[place][0])} {found[place][1]:.2f}" if place < len(found) else ""
            for found in columns.values()
        ]
        rows.append("<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>")
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def neighbour_widget(
    spaces: Mapping[str, Callable[[str, int], Neighbours]], word: str, count: int = 8, most: int = 20
) -> widgets.Widget:
    """Return a widget: type a word, slide from one space to the next, choose how many neighbours to see.

    spaces: under each name, such as an era's, a function from a word and a number to (word, cosine) pairs, the nearest
    first. What it raises is shown in the widget; the message of a KeyError as it is, since that is an unknown word.
    Raises ValueError when there is no space, or for a count that is not between 1 and `most`.

    >>> neighbour_widget({"all": lambda word, count: [("navy", 0.81)]}, "army")  # doctest: +SKIP
    """
    if not spaces:
        raise ValueError("give at least one space: neighbour_widget({'name': function}, word)")
    if not 1 <= count <= most:
        raise ValueError(f"count must be between 1 and {most}, got {count}")
    box = widgets.Text(value=word, description="word", continuous_update=False)
    space = widgets.SelectionSlider(options=list(spaces), description="space")
    number = widgets.IntSlider(value=count, min=1, max=most, description="how many")
    picture = widgets.HTML()

    def draw(_=None) -> None:
        asked = box.value.strip().lower()
        try:
            if not asked:
                picture.value = boxed("Write a word.")
            else:
                found = spaces[space.value](asked, number.value)
                picture.value = neighbour_table({f"{asked}, {space.value}": found})
        except KeyError as error:
            picture.value = boxed(str(error.args[0]))
        except Exception as error:
            picture.value = failed(error)

    for control in (box, space, number):
        control.observe(draw, "value")
    draw()
    return widgets.VBox([box, space, number, picture])
