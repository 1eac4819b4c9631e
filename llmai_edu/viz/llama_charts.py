"""Two charts of lesson 15: named values as bars, and pairs of channels that turn as the place grows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from llmai_edu.viz.style import PALETTE, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def value_bars(values: Mapping[str, float], xlabel: str, form: str = "%.2f") -> "Axes":
    """Draw named values as horizontal bars, the first on top, each with its number.

    values: from 0 on. form: how the numbers are written. Raises ValueError when there are none, or one is negative.

    >>> axes = value_bars({"queries": 10.0, "keys": 3.3}, "parameters, in millions")
    """
    if not values or min(values.values()) < 0:
        raise ValueError(f"give at least one value, and none below 0; got {dict(values)}")
    _, axes = new_axes(6.5, 0.8 + 0.3 * len(values))
    bars = axes.barh(list(values), list(values.values()), color=PALETTE[0])
    axes.bar_label(bars, [form % value for value in values.values()], padding=3)
    axes.set(xlabel=xlabel, xlim=(0, 1.2 * max(values.values()) or 1))
    axes.invert_yaxis()
    return axes


def turning_circles(points: Mapping[str, Sequence[tuple[float, float]]]) -> "Axes":
    """Draw a circle for each name, with a line from the centre to each of its points, numbered from 0.

    The first and the last number go before the others; what has no room is left out. Where all would touch, the range
    is written once.

    points: for each name the places (x, y), about 1 from the centre. Raises ValueError when a name has none.

    >>> axes = turning_circles({"a quarter each": [(1.0, 0.0), (0.0, 1.0)]})
    """
    if not points or not all(len(places) for places in points.values()):
        raise ValueError("give at least one name, and a point (x, y) or more for each: {'pair 0': [(1.0, 0.0)]}")
    _, axes = new_axes(2.3 * len(points), 2.8)
    for panel, (name, places) in enumerate(points.items()):
        axes.add_artist(_circle(3 * panel))
        for x, y in places:
            axes.plot([3 * panel, 3 * panel + x], [0, y], color=PALETTE[panel % len(PALETTE)], alpha=0.6)
        for x, y, said in _numbers(places):
            reach = 1.22 if said.isdigit() else 1.55
            axes.text(3 * panel + reach * x, reach * y, said, ha="center", va="center")
        axes.text(3 * panel, -1.75, name, ha="center")
    axes.set(aspect="equal", xlim=(-1.6, 3 * len(points) - 0.9), ylim=(-2.0, 1.5))
    axes.axis("off")
    return axes


def _circle(at: float):
    """A thin grey circle of radius 1."""
    from matplotlib.patches import Circle

    return Circle((at, 0), 1, fill=False, color="#999999")


def _numbers(places: Sequence[tuple[float, float]]) -> list[tuple[float, float, str]]:
    """What is written, and where: the first number, the last, and others that have room; or the range, once."""
    if len(places) > 1 and all(_near(places[0], place) for place in places):
        return [(*places[0], f"0 to {len(places) - 1}")]
    kept: list[int] = []
    for number in (0, len(places) - 1, *range(1, len(places) - 1)):
        if number not in kept and not any(_near(places[number], places[other]) for other in kept):
            kept.append(number)
    return [(*places[number], str(number)) for number in sorted(kept)]


def _near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two points lie so close together that their numbers would touch."""
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 < 0.25**2
