"""Plots that several lessons share: arrays in, matplotlib axes out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmai_edu.viz.style import BLUE, VERMILION, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def probability_bars(labels: Sequence[str], probabilities: Sequence[float], title: str = "") -> "Axes":
    """Draw probabilities as horizontal bars, the first label on top, each with its value in per cent.

    Raises ValueError when labels and probabilities differ in number.

    >>> axes = probability_bars(["yes", "no"], [0.7, 0.3])
    """
    if len(labels) != len(probabilities):
        raise ValueError(f"got {len(labels)} labels and {len(probabilities)} probabilities: give one for each")
    _, axes = new_axes(6.0, 0.6 + 0.28 * len(labels))
    rows = range(len(labels))
    axes.barh(rows, probabilities, color=BLUE)
    axes.set_yticks(rows, [label.replace("$", r"\$") for label in labels], family="monospace")
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    top = max(probabilities)
    axes.set_xlim(0, 1.18 * top)
    for row, p in zip(rows, probabilities):
        axes.text(p + 0.01 * top, row, f"{100 * p:.1f} %", va="center", fontsize=9)
    axes.set(xlabel="probability", title=title)
    return axes


def ladder_chart(names: Sequence[str], bits: Sequence[float], live: Sequence[bool] | None = None) -> "Axes":
    """Draw the ladder: one rung for each model, with its bits per byte on the test split.

    Rungs stand in the order given. A recorded rung is a filled bar; one that is run live on this page (`live` true)
    is hollow and hatched.

    >>> axes = ladder_chart(["uniform", "trigram"], [8.0, 2.9], live=[False, True])
    """
    live = [False] * len(names) if live is None else list(live)
    if not len(names) == len(bits) == len(live):
        raise ValueError(f"got {len(names)} names, {len(bits)} values and {len(live)} marks: give one of each a rung")
    _, axes = new_axes(6.5, 0.7 + 0.3 * len(names))
    for row, (value, is_live) in enumerate(zip(bits, live)):
        if is_live:
            axes.barh(row, value, facecolor="none", edgecolor=VERMILION, hatch="//", linewidth=1.5)
        else:
            axes.barh(row, value, color=BLUE)
        axes.text(value + 0.06, row, f"{value:.2f}", va="center", fontsize=9)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(xlabel="bits per byte on the test years (less is better)", xlim=(0, 1.1 * max(bits)))
    return axes
