"""A table of numbers that follows from a few choices, as sliders that draw it anew."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from llmai_edu.viz.plan import plan_table
from llmai_edu.viz.widgets import failed

__all__ = ["choice_widget"]


def choice_widget(
    numbers: Callable[..., Mapping[str, str]], choices: Mapping[str, Sequence[Any]], start: Mapping[str, Any]
) -> widgets.Widget:
    """Return a widget: a slider for each choice, and below them the rows that `numbers` gives for their positions.

    numbers: called with the names of the choices; what it raises is shown in the widget. choices: for each name the
    values, texts or numbers. start: a first value for each. Raises ValueError for a value that is not among them.

    >>> choice_widget(lambda rank: {"rank": str(rank)}, {"rank": (1, 2)}, {"rank": 1})  # doctest: +SKIP
    """
    for name, values in choices.items():
        if start.get(name) not in values:
            raise ValueError(f"{name} starts at one of {tuple(values)}, got {start.get(name)!r}")
    wide, long = {"description_width": "150px"}, widgets.Layout(width="480px")
    sliders = {
        name: widgets.SelectionSlider(
            options=list(values), value=start[name], description=name, style=wide, layout=long
        )
        for name, values in choices.items()
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
