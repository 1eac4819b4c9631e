"""A sentence with a blank, and bars for what a model would write into it: as HTML, and as a widget to type in."""

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from llmai_edu.viz.style import PALETTE
from llmai_edu.viz.widgets import boxed, failed

__all__ = ["fill_blank_html", "fill_blank_widget"]

Candidates = Sequence[tuple[str, float]]
BLANK = "_"


def fill_blank_html(sentence: str, found: Candidates) -> str:
    """Return HTML: the sentence, and below it a bar for each candidate with its share in per cent; text is escaped.

    sentence: holds the blank as "_". found: (word, probability) pairs, the likeliest first. Raises ValueError for a
    probability outside 0 to 1.

    >>> fill_blank_html("The _ of the Union", [("state", 0.75)]).count("75 %")
    1
    """
    rows = []
    for word, share in found:
        if not 0 <= share <= 1 + 1e-6:
            raise ValueError(f"a probability lies between 0 and 1, got {share!r} for {word!r}")
        bar = f'<div style="background:{PALETTE[0]};height:0.9em;width:{300 * share:.0f}px;min-width:1px"></div>'
        rows.append(
            f'<tr><td style="text-align:right;padding:1px 8px">{html.escape(word)}</td>'
            f'<td style="text-align:left">{bar}</td><td style="padding:1px 8px">{100 * share:.0f} %</td></tr>'
        )
    shown = html.escape(sentence).replace(BLANK, "<b>&nbsp;____&nbsp;</b>")
    return f"<div><p>{shown}</p><table>{''.join(rows)}</table></div>"


def fill_blank_widget(fill: Callable[[str], Candidates], sentence: str) -> widgets.Widget:
    """Return a widget: type a sentence with one "_" in it, and see what stands there most likely.

    fill: from the sentence to (word, probability) pairs, the likeliest first. What it raises is shown in the widget.

    >>> fill_blank_widget(lambda sentence: [("state", 0.75)], "The _ of the Union")  # doctest: +SKIP
    """
    box = widgets.Text(
        value=sentence, description="sentence", continuous_update=False, layout=widgets.Layout(width="95%")
    )
    picture = widgets.HTML()

    def draw(_=None) -> None:
        text = box.value.strip()
        if text.count(BLANK) != 1:
            picture.value = boxed(f'Write a sentence with one blank, "{BLANK}", and press Enter.')
            return
        try:
            picture.value = fill_blank_html(text, fill(text))
        except Exception as error:
            picture.value = failed(error)

    box.observe(draw, "value")
    draw()
    return widgets.VBox([box, picture])
