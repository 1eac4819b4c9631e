"""Batches without an end, and a position in them that can be saved.

A batch is a tuple of tensors; the last of them is what the model has to predict. `next(batches)` gives one.
"""

from collections.abc import Iterator, Sequence

import torch

__all__ = ["ShuffledBatches", "StreamBatches"]


class StreamBatches(Iterator):
    """One long text read at B places at once, every batch going on where the last one ended.

    For models with a state: row b of a batch continues row b of the one before. The places are evenly spaced and the
    text is a ring, so each stream goes on into the part where the next one began, and no epoch has an end.

    ids: (N,), the documents one after another, each after its separator. Returns ids (B, T) and the same moved by one.
    Raises ValueError for a text shorter than B · T.

    >>> batches = StreamBatches(torch.arange(8), batch_size=2, steps=2)
    >>> x, y = next(batches)
    >>> x.tolist(), y.tolist()
    ([[0, 1], [4, 5]], [[1, 2], [5, 6]])
    >>> next(batches)[0].tolist()
    [[2, 3], [6, 7]]
    """

    def __init__(self, ids: torch.Tensor, batch_size: int, steps: int, *, device: torch.device | str = "cpu") -> None:
        if ids.ndim != 1 or len(ids) < batch_size * steps or min(batch_size, steps) < 1:
            raise ValueError(f"{batch_size} streams of {steps} ids need a long text (N,), got {tuple(ids.shape)}")
        self.ids, self.steps, self.device = ids, steps, device
        self.starts = torch.arange(batch_size)[:, None] * (len(ids) // batch_size)  # (B, 1)
        self.position = 0

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        places = self.starts + self.position + torch.arange(self.steps + 1)  # (B, T + 1)
        ids = self.ids[places % len(self.ids)].long().to(self.device)
        self.position += self.steps
        return ids[:, :-1], ids[:, 1:]

    @property
    def epochs(self) -> float:
        """How often the text was read."""
        return self.position * len(self.starts) / len(self.ids)

    def state_dict(self) -> dict:
        """Where the next batch begins."""
        return {"position": self.position}

    def load_state_dict(self, state: dict) -> None:
        """Go on from there."""
        self.position = state["position"]


class ShuffledBatches(Iterator):
    """Examples in a new random order every epoch; the last batch of an epoch may be smaller.

    tensors: of equal length, such as texts (N, T) and labels (N,). generator: draws the order.
    Raises ValueError for unequal lengths.

    >>> x = torch.arange(5)
    >>> batches = ShuffledBatches((x, x % 2), batch_size=2, generator=torch.Generator().manual_seed(0))
    >>> [len(next(batches)[0]) for _ in range(3)]
    [2, 2, 1]
    """

    def __init__(
        self,
        tensors: Sequence[torch.Tensor],
        batch_size: int,
        *,
        generator: torch.Generator,
        device: torch.device | str = "cpu",
    ) -> None:
        lengths = {len(tensor) for tensor in tensors}
        if len(lengths) != 1 or 0 in lengths or batch_size < 1:
            raise ValueError(f"need tensors of one length above 0 and batch_size >= 1, got {lengths} and {batch_size}")
        self.tensors, self.batch_size = tuple(tensors), batch_size
        self.generator, self.device = generator, device
        self.position, self.order = 0, torch.zeros(0, dtype=torch.int64)

    def __next__(self) -> tuple[torch.Tensor, ...]:
        if self.position >= len(self.order):
            self.position, self.order = 0, torch.randperm(len(self.tensors[0]), generator=self.generator)
        pick = self.order[self.position : self.position + self.batch_size]
        self.position += len(pick)
        return tuple(tensor[pick].to(self.device) for tensor in self.tensors)

    def state_dict(self) -> dict:
        """The order of this epoch, the place in it, and the state of the generator that draws the next one."""
        return {"position": self.position, "order": self.order, "generator": self.generator.get_state()}

    def load_state_dict(self, state: dict) -> None:
        """Go on from there."""
        self.position, self.order = state["position"], state["order"]
        self.generator.set_state(state["generator"])
