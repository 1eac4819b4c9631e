"""Where a translator looked: the attention weights of each token that it wrote, as a map with its numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from llmai_edu.viz.style import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def alignment_map(weights: np.ndarray, source: Sequence[str], target: Sequence[str], title: str = "") -> "Axes":
    """Draw attention weights: a row for each token written, a column for each token read, each weight in per cent.

    Darker is more, and the number says how much, so that nothing hangs on the shade. weights: (T, S), each row a
    distribution. Raises ValueError when there are not T targets and S sources.

    >>> axes = alignment_map(np.eye(2), ["red", "heart"], ["cœur", "rouge"])
    """
    weights = np.asarray(weights, dtype=float)
    if weights.shape != (len(target), len(source)):
        raise ValueError(
            f"weights {weights.shape} need a row for each of {len(target)} targets and a column for each of "
            f"{len(source)} sources"
        )
    _, axes = new_axes(1.6 + 0.62 * len(source), 1.1 + 0.36 * len(target))
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for (row, column), weight in np.ndenumerate(weights):
        axes.text(column, row, f"{100 * weight:.0f}", ha="center", va="center", fontsize=9)
    axes.set_xticks(range(len(source)), [_plain(label) for label in source], rotation=45, ha="left", family="monospace")
    axes.set_yticks(range(len(target)), [_plain(label) for label in target], family="monospace")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
    axes.set(ylabel="written", title=title)
    return axes


def _plain(label: str) -> str:
    """A label in which matplotlib finds no formula."""
    return label.replace("$", r"\$")
