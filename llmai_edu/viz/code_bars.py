"""Candidates of a register as bars: score against the floor of refusal, with the probability beside it."""

import html
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from llmai_edu.viz.style import PALETTE
from llmai_edu.viz.widgets import boxed, failed

__all__ = ["code_bars_html", "code_widget"]

# Code, title, score, probability that it is right.
Row = tuple[str, str, float, float | None]
WIDTH = 260  # pixels for a score of 1.5 and more
CELL = "padding:1px 6px;text-align:left"


def code_bars_html(rows: Sequence[Row], floor: float, note: str = "") -> str:
    """Return HTML: a bar for each candidate's score, a line at the floor, and the probability in words.

    Below the floor the bars are hatched and a sentence says that the question is refused. note: shown below, and
    alone where there are no rows. A probability of None shows a dash. Text is escaped. Raises ValueError for a
    probability outside 0 to 1.

    >>> code_bars_html([("A00", "Cholera", 0.2, 0.1)], floor=0.5).count("Refused")
    1
    """
    if not rows:
        return boxed(note or "Nothing was found.")
    refused = max(row[2] for row in rows) < floor
    said = "Refused: the best score lies left of the line." if refused else "Not refused. A person looks at the list."
    look = "repeating-linear-gradient(45deg,#999 0 2px,transparent 2px 5px)" if refused else PALETTE[0]
    lines = [_line(*row, floor, look) for row in rows]
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in ("code", "score", "probability", "title"))
    below = boxed(note) if note else ""
    return f"<div><p>{said}</p><table><thead><tr>{head}</tr></thead>{''.join(lines)}</table>{below}</div>"


def _line(code: str, title: str, score: float, probability: float | None, floor: float, look: str) -> str:
    """One candidate's row of the table."""
    if probability is not None and not 0 <= probability <= 1:
        raise ValueError(f"a probability lies between 0 and 1, got {probability!r} for {code!r}")
    sure = "–" if probability is None else f"{probability:.0%}"
    size, mark = (round(WIDTH * min(max(value / 1.5, 0), 1)) for value in (score, floor))
    bar = (
        f'<div style="position:relative;width:{WIDTH}px;height:1em">'
        f'<div style="background:{look};height:0.7em;width:{size}px"></div>'
        f'<div style="position:absolute;left:{mark}px;top:0;height:1em;border-left:2px solid #000"></div></div>'
    )
    return (
        f'<tr><th scope="row" style="{CELL}">{html.escape(code)}</th><td style="{CELL}">{bar}</td>'
        f'<td style="{CELL}">{sure}</td><td style="{CELL}">{html.escape(title[:70])}</td></tr>'
    )


def code_widget(look: Callable[[str, str], tuple], examples: Mapping[str, str]) -> widgets.Widget:
    """Return a widget: choose a register, type, press the button, see the candidates against the floor.

    look: from the register's name and a text to the rows, the floor, and perhaps a note. examples: a text for each
    register. What `look` raises is shown in the widget.

    >>> code_widget(lambda name, text: ([("A00", "Cholera", 0.9, 0.5)], 0.5), {"medicine": "cramps"})  # doctest: +SKIP
    """
    names = widgets.Dropdown(options=list(examples), description="register")
    box = widgets.Textarea(value=examples[names.value], layout=widgets.Layout(width="95%", height="4em"))
    button, bars = widgets.Button(description="Look up", button_style="primary"), widgets.HTML()

    def change(_) -> None:
        box.value, bars.value = examples[names.value], boxed("Press the button.")

    def run(_=None) -> None:
        if not box.value.strip():
            bars.value = boxed("Write something first.")
            return
        try:
            bars.value = code_bars_html(*look(names.value, box.value))
        except Exception as error:
            bars.value = failed(error)

    names.observe(change, "value")
    button.on_click(run)
    run()
    return widgets.VBox([names, box, button, bars])
