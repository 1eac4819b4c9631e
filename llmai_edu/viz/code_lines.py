"""Lines of a program with a bar for each, and a box with two fields around a gap."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from llmai_edu.viz.style import BLUE, VERMILION, new_axes
from llmai_edu.viz.widgets import boxed, failed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["gap_widget", "line_bars"]


def line_bars(
    lines: Sequence[str], scores: Sequence[float], marked: int | None = None, title: str = "", wide: int = 56
) -> "Axes":
    """Draw a program, a bar to the right of each line; one line may be marked, by an arrow and by hatching.

    lines: the text, the first on top; what is longer than `wide` characters is cut. scores: one for each, 0 for no
    bar. marked: a place, from 0. Raises ValueError when lines and scores differ in number.

    >>> axes = line_bars(["def f(a):", "    return a"], [0.0, 2.5], marked=1)
    """
    if len(lines) != len(scores):
        raise ValueError(f"got {len(lines)} lines and {len(scores)} scores: give one for each")
    _, axes = new_axes(9.0, 0.7 + 0.25 * len(lines))
    rows = range(len(lines))
    for row, score in enumerate(scores):
        look = {"facecolor": "none", "edgecolor": VERMILION, "hatch": "///"} if row == marked else {"color": BLUE}
        axes.barh(row, score, height=0.7, **look)
    shown = [line if len(line) <= wide else line[: wide - 1] + "…" for line in lines]
    shown = [("→ " if row == marked else "  ") + line.replace("$", r"\$").ljust(wide) for row, line in enumerate(shown)]
    axes.set_yticks(rows, shown, family="monospace", fontsize=8)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(title=title)
    return axes


def gap_widget(fill: Callable[[str, str], Iterable[str]], prefix: str, suffix: str) -> widgets.Widget:
    """Return a widget: a field for what stands before a gap, one for what stands after it, and a button that fills it.

    fill: from both texts to the pieces of the filling as they come; what it raises is shown in the widget.

    >>> gap_widget(lambda prefix, suffix: ["x"], "def f(", "):")  # doctest: +SKIP
    """
    wide = widgets.Layout(width="95%", height="6em")
    before = widgets.Textarea(value=prefix, description="before", layout=wide)
    after = widgets.Textarea(value=suffix, description="after", layout=wide)
    button = widgets.Button(description="Fill the gap", button_style="primary", tooltip="write what stands between")
    reply = widgets.HTML(boxed("The whole text appears here."))

    def run(_) -> None:
        button.disabled, written = True, ""
        try:
            for piece in fill(before.value, after.value):
                written += piece
                reply.value = boxed(f"{before.value}⟦{written}⟧{after.value}")
        except Exception as error:
            reply.value = failed(error, written)
        finally:
            button.disabled = False

    button.on_click(run)
    return widgets.VBox([before, after, button, reply])
