"""Batches of examples of about the same length, so that little of a batch is padding."""

from collections.abc import Iterator, Sequence

import torch

__all__ = ["LengthBatches"]


class LengthBatches(Iterator):
    """Examples sorted by length with some noise, cut into batches, the batches in a new random order every epoch.

    The noise changes who shares a batch with whom. The last batch of the sorted examples may be smaller.

    tensors: of N padded rows each, such as sources (N, S) and targets (N, T). lengths: (N,), to sort by. noise: up to
    so much is added to a length. generator: draws noise and order. Raises ValueError for unequal numbers of examples.

    >>> x = torch.arange(6)
    >>> batches = LengthBatches((x,), x, batch_size=2, noise=0.0, generator=torch.Generator().manual_seed(0))
    >>> sorted(next(batches)[0].tolist() for _ in range(3))
    [[0, 1], [2, 3], [4, 5]]
    """

    def __init__(
        self,
        tensors: Sequence[torch.Tensor],
        lengths: torch.Tensor,
        batch_size: int,
        *,
        noise: float = 4.0,
        generator: torch.Generator,
    ) -> None:
        sizes = {len(tensor) for tensor in (*tensors, lengths)}
        if len(sizes) != 1 or 0 in sizes or batch_size < 1:
            raise ValueError(f"need tensors and lengths of one size above 0 and batch_size >= 1, got {sizes}")
        self.tensors, self.lengths, self.batch_size = tuple(tensors), lengths, batch_size
        self.noise, self.generator = noise, generator
        self.waiting: list[torch.Tensor] = []

    def __next__(self) -> tuple[torch.Tensor, ...]:
        if not self.waiting:
            self.waiting = self.draw_epoch()
        pick = self.waiting.pop()
        return tuple(tensor[pick] for tensor in self.tensors)

    def draw_epoch(self) -> list[torch.Tensor]:
        """The batches of an epoch, each as the numbers of its examples."""
        noise = self.noise * torch.rand(len(self.lengths), generator=self.generator)
        batches = (self.lengths + noise).argsort().split(self.batch_size)
        return [batches[i] for i in torch.randperm(len(batches), generator=self.generator)]

    def state_dict(self) -> dict:
        """The batches of this epoch that are still to come, and the state of the generator that draws the next."""
        return {"waiting": self.waiting, "generator": self.generator.get_state()}

    def load_state_dict(self, state: dict) -> None:
        """Go on from there."""
        self.waiting = list(state["waiting"])
        self.generator.set_state(state["generator"])
