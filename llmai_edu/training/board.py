"""Curves for TensorBoard, where it is installed; without it a run is the same and writes none."""

from importlib.util import find_spec
from pathlib import Path

from llmai_edu.training.history import History

__all__ = ["Board"]


class Board:
    """Writes a run's curves to a folder that `tensorboard --logdir FOLDER` shows.

    `active` says whether TensorBoard is installed; if not, `write` does nothing.

    >>> board = Board("runs/course_base/board")     # doctest: +SKIP
    >>> board.write(run.history)                    # doctest: +SKIP
    """

    def __init__(self, folder: str | Path) -> None:
        self.active = find_spec("tensorboard") is not None
        self.written = 0
        if self.active:
            from torch.utils.tensorboard import SummaryWriter

            self.writer = SummaryWriter(str(folder))

    def write(self, history: History, held_out: dict[str, float] | None = None) -> None:
        """Write the steps that are new since the last call, and the held-out values of the last step."""
        if not self.active:
            return
        for step in range(self.written, history.steps):
            curves = {"loss": history.loss, "gradient norm": history.norm, "learning rate": history.lr}
            for name, values in curves.items():
                self.writer.add_scalar(name, values[step], step + 1)
        self.written = history.steps
        for name, value in (held_out or {}).items():
            self.writer.add_scalar(f"held-out/{name}", value, history.steps)
        self.writer.flush()
