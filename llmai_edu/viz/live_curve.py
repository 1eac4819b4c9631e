"""A training curve that grows while the run goes on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llmai_edu.viz.style import BLUE, VERMILION, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LiveCurve", "draw_curve"]


def draw_curve(
    steps: Sequence[float],
    losses: Sequence[float],
    held_out: Sequence[tuple[float, float]] = (),
    *,
    axes: "Axes | None" = None,
    label: str = "training loss",
    held_out_label: str = "held-out",
) -> "Axes":
    """Draw the training loss as a line and held-out values as marked points, and label both.

    steps, losses: equally long, such as `History.curve()` gives. held_out: pairs of step and value. Raises ValueError
    when the lists are not equally long.

    >>> axes = draw_curve([10, 20], [3.0, 2.5], [(20, 2.6)])
    """
    if len(steps) != len(losses):
        raise ValueError(f"steps and losses must be equally long, got {len(steps)} and {len(losses)}")
    if axes is None:
        _, axes = new_axes(6.0, 3.0)
    axes.plot(steps, losses, color=BLUE, label=label)
    if held_out:
        axes.plot(*zip(*held_out), "s--", color=VERMILION, markersize=4, label=held_out_label)
    axes.set_xlabel("step")
    if len(steps) or held_out:
        axes.legend(frameon=False)
    return axes


class LiveCurve:
    """One figure in a notebook that is redrawn in place, instead of a new one for each update.

    Outside a notebook nothing is shown. Give a run's `report` a function that calls `update`.

    >>> live = LiveCurve()
    >>> live.update([10, 20], [3.0, 2.5])
    >>> live.update([10, 20, 30], [3.0, 2.5, 2.2], [(30, 2.4)])
    """

    def __init__(self) -> None:
        self.handle = None

    def update(self, steps: Sequence[float], losses: Sequence[float], held_out: Sequence[tuple[float, float]] = ()):
        """Redraw with all that is known so far; arguments as for `draw_curve`."""
        import matplotlib.pyplot as plt
        from IPython import get_ipython
        from IPython.display import display

        axes = draw_curve(steps, losses, held_out)
        if get_ipython() is not None:
            if self.handle is None:
                self.handle = display(axes.figure, display_id=True)
            else:
                self.handle.update(axes.figure)
        plt.close(axes.figure)  # or the notebook draws it once more at the end of the cell
