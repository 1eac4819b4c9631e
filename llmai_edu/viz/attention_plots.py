"""The charts of the lesson on attention: curves, a table of numbers as colours, shares as bars, and heads as dots."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from llmai_edu.viz.style import BLACK, BLUE, ORANGE, PALETTE, PURPLE, SKY, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["curves", "head_dots", "heat_map", "marked_cards", "share_bars"]

STYLES = ("s-", "o--", "^-.", "x:")
COLORS = (PALETTE[0], PALETTE[3], PALETTE[5], PALETTE[7])
HATCHES = ("", "//", "", "..", "xx")
FILLS = (SKY, "#FFFFFF", BLACK, ORANGE, PURPLE)


def curves(
    x: Sequence[float], rows: Mapping[str, Sequence[float]], xlabel: str, ylabel: str, *, log: str = "x"
) -> "Axes":
    """Draw up to four curves over the same places, each with its own marker, dash and colour, and a legend.

    rows: under each name as many values as `x` has. log: "x" or "xy", the axes with a logarithmic scale. Raises
    ValueError for more than four curves, or a curve with another number of points.

    >>> axes = curves([1, 2, 4], {"double": [2, 4, 8]}, "n", "2n")
    """
    if len(rows) > len(STYLES):
        raise ValueError(f"at most {len(STYLES)} curves can be told apart, got {len(rows)}")
    _, axes = new_axes(5.6, 2.8)
    for (name, row), style, color in zip(rows.items(), STYLES, COLORS):
        if len(row) != len(x):
            raise ValueError(f"{name!r} has {len(row)} values for {len(x)} places")
        axes.plot(x, row, style, color=color, label=name)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log" if "y" in log else "linear")
    axes.set_xticks(x, x)
    axes.xaxis.minorticks_off()
    axes.legend(fontsize=8)
    return axes


def heat_map(table: np.ndarray, xlabel: str, ylabel: str) -> "Axes":
    """Draw a table of numbers between -1 and 1: red below 0, white at 0, blue above, with a scale beside it.

    >>> axes = heat_map(np.zeros((2, 3)), "channel", "place")
    """
    _, axes = new_axes(5.0, 2.8)
    picture = axes.imshow(table, cmap="RdBu", vmin=-1, vmax=1, aspect="auto")
    axes.figure.colorbar(picture, label="value")
    axes.grid(visible=False)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    return axes


def marked_cards(weights: np.ndarray, keys: np.ndarray, values: np.ndarray, asked: np.ndarray) -> "Axes":
    """Draw how a look is divided among the cards of some games, with a frame about the card that was asked for.

    weights: (N, cards), each row a distribution. keys, values: (N, cards), what stands on the cards. asked: (N,), a key
    of each game. Darker is more, and each card names its weight in per cent. Raises ValueError when a key that was
    asked for is on no card.

    >>> axes = marked_cards(np.array([[0.9, 0.1]]), np.array([[3, 5]]), np.array([[7, 8]]), np.array([3]))
    """
    weights, keys, values, asked = (np.asarray(table) for table in (weights, keys, values, asked))
    right = keys == asked[:, None]
    if not right.any(1).all():
        raise ValueError("a key was asked for that is on no card of its game")
    _, axes = new_axes(5.0, 0.5 * len(weights) + 0.1)
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for (row, card), weight in np.ndenumerate(weights):
        label = f"{keys[row, card]} → {values[row, card]}\n{100 * weight:.0f} %"
        axes.text(card, row, label, ha="center", va="center", fontsize=7)
        if right[row, card]:
            _frame(axes, row, card)
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=range(len(weights)), yticklabels=[f"asked: {key}" for key in asked])
    return axes


def _frame(axes: "Axes", row: int, column: int) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, lw=2))


def head_dots(shares: np.ndarray, control: float) -> "Axes":
    """Draw one number of each head, in per cent, as dots over the layers, with the mean of each layer and a control.

    shares: (L, H), between 0 and 1. control: what random weights give, on the mean.

    >>> axes = head_dots(np.zeros((4, 2)), 0.1)
    """
    shares = np.asarray(shares)
    _, axes = new_axes(5.6, 2.6)
    layers = np.arange(len(shares))
    for column in shares.T:
        axes.plot(layers, 100 * column, ".", color=SKY, ms=5)
    axes.plot(layers, 100 * shares.mean(1), "-", color=BLUE, label="mean of a layer")
    axes.axhline(100 * control, ls="--", color=BLACK, label="random weights")
    axes.set(xlabel="layer", ylim=(-3, 103))
    axes.legend(loc="upper left", fontsize=8)
    return axes


def share_bars(bars: Mapping[str, Sequence[float]], parts: Sequence[str]) -> "Axes":
    """Draw horizontal bars of equal length, each divided in up to five parts with a colour and a hatching of their own.

    bars: under each name the shares of its parts, which sum to 1. Raises ValueError for shares that do not.

    >>> axes = share_bars({"even": [0.5, 0.5], "one": [1.0, 0.0]}, ["left", "right"])
    """
    table = 100 * np.array([np.asarray(row, float) for row in bars.values()])  # (bars, parts)
    if table.shape[1] != len(parts) or len(parts) > len(FILLS) or not np.allclose(table.sum(1), 100, atol=0.1):
        raise ValueError(f"each bar needs {len(parts)} shares (at most {len(FILLS)}) that sum to 1")
    _, axes = new_axes(6.5, 0.7 + 0.42 * len(bars))
    left = np.zeros(len(bars))
    for part, width, hatch, fill in zip(parts, table.T, HATCHES, FILLS):
        axes.barh([*bars], width, 0.6, left, label=part, color=fill, hatch=hatch, edgecolor=BLACK)
        left += width
    axes.set(xlabel="share of the look, per cent", xlim=(0, 100))
    axes.legend(ncol=len(parts), fontsize=7, loc="lower center", bbox_to_anchor=(0.45, 1.0), frameon=False)
    return axes
