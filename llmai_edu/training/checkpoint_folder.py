"""A folder of checkpoints, of which the newest good one is found again, whatever happened while one was written."""

import os
import re
from pathlib import Path
from typing import Any

from llmai_edu.training.checkpoint import load_state, save_state

__all__ = ["CheckpointFolder"]

NAME = re.compile(r"step-(\d{8})\.safetensors")


class CheckpointFolder:
    """Checkpoints of one run, named by their step; the last `keep` of them stay.

    A checkpoint is written beside its place and moved there when it is whole. One that is damaged all the same, by a
    full disk or a cut cable, is passed over: `newest` goes back to the one before.

    Raises ValueError for `keep` below 1.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = CheckpointFolder(place, keep=2)
    ...     for step in (10, 20, 30):
    ...         _ = folder.save({"step": step}, step)
    ...     folder.steps(), folder.newest()
    ([20, 30], (30, {'step': 30}))
    """

    def __init__(self, folder: str | Path, keep: int = 2) -> None:
        if keep < 1:
            raise ValueError(f"keep counts the checkpoints that stay, at least 1, got {keep}")
        self.folder, self.keep = Path(folder), keep

    def path(self, step: int) -> Path:
        """Where the checkpoint of this step lies, or would."""
        return self.folder / f"step-{step:08d}.safetensors"

    def steps(self) -> list[int]:
        """The steps that have a checkpoint, good or not, from the oldest to the newest."""
        names = self.folder.iterdir() if self.folder.is_dir() else []
        return sorted(int(found[1]) for path in names if (found := NAME.fullmatch(path.name)))

    def save(self, state: Any, step: int) -> Path:
        """Write a checkpoint, then tidy up. Errors as for `save_state`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        save_state(state, self.path(step))
        self.tidy(step)
        return self.path(step)

    def tidy(self, step: int) -> None:
        """Once this step is on the disk, remove the oldest checkpoints and what a killed process left half-written."""
        flush(self.path(step))
        for old in self.steps()[: -self.keep]:
            self.path(old).unlink()
        for partial in self.folder.glob("step-*.part"):  # one run owns the folder: whoever wrote these is gone
            partial.unlink(missing_ok=True)

    def newest(self) -> tuple[int, Any] | None:
        """The step and the state of the newest checkpoint that can be read whole; None where there is none."""
        for step in reversed(self.steps()):
            try:
                return step, load_state(self.path(step))
            except ValueError:
                continue
        return None

    def newest_step(self) -> int | None:
        """The step of that checkpoint."""
        found = self.newest()
        return found[0] if found else None


def flush(path: Path) -> None:
    """Wait until the file is on the disk, not only in the system's memory."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
