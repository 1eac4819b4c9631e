"""Token ids in one file that is read where it lies: a text larger than the memory trains as well as a small one.

The file is NumPy's own (`.npy`), two bytes an id where the vocabulary allows it, and mapped into memory: the operating
system reads the pages that a batch touches, and no others.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

__all__ = ["PackedBatches", "read_tokens", "write_tokens"]


def write_tokens(path: str | Path, docs: Iterable[Sequence[int]], *, vocab_size: int, end: int | None = None) -> int:
    """Write documents one after another, each followed by the id `end` where one is given; return how many ids.

    The documents are taken one by one, so they may come from a generator. Raises ValueError for an id outside the
    vocabulary, or when there is nothing to write; the old file is then as it was.
    """
    path = Path(path)
    dtype = np.dtype(np.uint16 if vocab_size <= 2**16 else np.uint32)
    raw, partial = (path.with_name(f"{path.name}.{os.getpid()}.{kind}") for kind in ("raw", "part"))
    total = 0
    try:
        with raw.open("wb") as file:
            for number, doc in enumerate(docs):
                ids = np.asarray([*doc, end] if end is not None else doc, dtype=np.int64)
                if ids.size and not 0 <= ids.min() <= ids.max() < vocab_size:
                    bad = ids[(ids < 0) | (ids >= vocab_size)][0]
                    raise ValueError(f"document {number} holds id {bad}, the vocabulary has ids 0 to {vocab_size - 1}")
                file.write(ids.astype(dtype).tobytes())
                total += len(ids)
        if not total:
            raise ValueError("there are no tokens to write: the documents are empty")
        with raw.open("rb") as body, partial.open("wb") as file:
            header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (total,)}
            np.lib.format.write_array_header_1_0(file, header)
            shutil.copyfileobj(body, file)
        os.replace(partial, path)
    finally:
        raw.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return total


def read_tokens(path: str | Path) -> np.ndarray:
    """Map a file of `write_tokens` into memory: (N,) of uint16 or uint32, not yet read.

    Raises FileNotFoundError, and ValueError for a file of another kind or one that was cut short.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no token file at {path}: write one with write_tokens")
    try:
        ids = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path} is damaged or no token file ({error}): write it again") from None
    if ids.ndim != 1 or ids.dtype not in (np.uint16, np.uint32):
        raise ValueError(f"{path} holds {ids.dtype} of shape {ids.shape}, not token ids (N,)")
    return ids


class PackedBatches(Iterator):
    """Windows of T tokens that cut the whole text, in an order shuffled anew for each epoch.

    Every token but the first is a target once in an epoch. Windows cross the ends of documents: nothing is padded, and
    a window may begin with the end of one document and go on with the next. With several processes each takes its own
    rows of the same batch, so that together they see what one process would have seen.

    ids: (N,), such as `read_tokens` gives. batch_size: rows of all processes together. Returns ids (b, T) and the same
    moved by one, where b = batch_size / world_size. Raises ValueError for a text too short for one batch, or when the
    processes cannot share its rows evenly.

    >>> batches = PackedBatches(np.arange(100, dtype=np.uint16), batch_size=2, steps=4, seed=0)
    >>> x, y = next(batches)
    >>> x.shape, bool((y == x + 1).all()), batches.windows
    (torch.Size([2, 4]), True, 24)
    """

    def __init__(
        self,
        ids: np.ndarray,
        batch_size: int,
        steps: int,
        *,
        seed: int,
        device: torch.device | str = "cpu",
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.windows = (len(ids) - 1) // steps if steps >= 1 else 0
        if batch_size < 1 or self.windows < batch_size:
            raise ValueError(f"{len(ids):,} ids give {self.windows} windows of {steps}, a batch needs {batch_size}")
        if batch_size % world_size or not 0 <= rank < world_size:
            raise ValueError(f"process {rank} of {world_size} cannot take an even part of {batch_size} rows")
        self.ids, self.steps, self.seed, self.device = ids, steps, seed, device
        self.batch_size, self.rows = batch_size, slice(rank, None, world_size)
        self.step_in_epoch, self.epoch = 0, 0
        self.order = self.shuffled()

    def shuffled(self) -> np.ndarray:
        """The order of the windows in this epoch, which follows from the seed and the epoch's number alone."""
        return np.random.default_rng((self.seed, self.epoch)).permutation(self.windows)

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        if (self.step_in_epoch + 1) * self.batch_size > self.windows:  # what is left is no whole batch
            self.epoch, self.step_in_epoch = self.epoch + 1, 0
            self.order = self.shuffled()
        first = self.step_in_epoch * self.batch_size
        windows = self.order[first : first + self.batch_size][self.rows]
        self.step_in_epoch += 1
        places = windows[:, None] * self.steps + np.arange(self.steps + 1)  # (b, T + 1)
        ids = torch.from_numpy(self.ids[places].astype(np.int64)).to(self.device)
        return ids[:, :-1], ids[:, 1:]

    @property
    def epochs(self) -> float:
        """How often the text was read."""
        return self.epoch + self.step_in_epoch * self.batch_size / self.windows

    def state_dict(self) -> dict[str, int]:
        """Where the run stands in the text."""
        return {"seed": self.seed, "epoch": self.epoch, "step_in_epoch": self.step_in_epoch, "windows": self.windows}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on from there. Raises ValueError when the text or the window's length is not the same."""
        if state["windows"] != self.windows:
            raise ValueError(f"the checkpoint's text has {state['windows']} windows, this one {self.windows}")
        self.seed, self.epoch, self.step_in_epoch = state["seed"], state["epoch"], state["step_in_epoch"]
        self.order = self.shuffled()
