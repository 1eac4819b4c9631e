"""The plan of a training run as a table, and as sliders that draw it anew."""

import html
from collections.abc import Callable, Mapping

import ipywidgets as widgets

from llmai_edu.viz.widgets import failed

__all__ = ["plan_table", "plan_widget"]

SLIDERS = {
    "devices": ("GPUs", (8, 64, 256, 1000, 4096, 16_384)),
    "billions": ("parameters, 10⁹", (1, 8, 70, 405)),
    "tokens_each": ("tokens a parameter", (20, 200, 2000)),
    "batch_millions": ("batch, 10⁶ tokens", (1, 4, 16, 64)),
}


def plan_table(rows: Mapping[str, str]) -> str:
    """Names and values as a table in HTML; both are escaped.

    >>> plan_table({"days": "0.2"})
    '<table><tr><td>days</td><td style="text-align:right"><b>0.2</b></td></tr></table>'
    """
    cells = (
        f'<tr><td>{html.escape(name)}</td><td style="text-align:right"><b>{html.escape(value)}</b></td></tr>'
        for name, value in rows.items()
    )
    return f"<table>{''.join(cells)}</table>"


def plan_widget(numbers: Callable[..., Mapping[str, str]], start: Mapping[str, int]) -> widgets.Widget:
    """Return a widget: four sliders, and below them the rows that `numbers` gives for their positions.

    numbers: called with devices, billions, tokens_each and batch_millions; what it raises is shown in the widget.
    start: a first position of each slider. Raises ValueError for a position that a slider does not have.

    >>> place = {"devices": 8, "billions": 1, "tokens_each": 20, "batch_millions": 4}
    >>> plan_widget(lambda **given: {"days": "1"}, place)  # doctest: +SKIP
    """
    for name, (_, values) in SLIDERS.items():
        if start.get(name) not in values:
            raise ValueError(f"{name} starts at one of {values}, got {start.get(name)!r}")
    wide = {"description_width": "150px"}
    sliders = {
        name: widgets.SelectionSlider(options=values, value=start[name], description=label, style=wide)
        for name, (label, values) in SLIDERS.items()
    }
    page = widgets.HTML()

    def draw(_=None) -> None:
        try:
            page.value = plan_table(numbers(**{name: slider.value for name, slider in sliders.items()}))
        except Exception as error:
            page.value = failed(error)

    for slider in sliders.values():
        slider.observe(draw, names="value")
    draw()
    return widgets.VBox([*sliders.values(), page])
