"""Batches for a model with a context and no state: windows cut out of one long text, and the loss on them."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["WindowBatches", "window_loss"]


class WindowBatches(Iterator):
    """B windows of T tokens, each beginning at a random place of the text; they may overlap and cross documents.

    ids: (N,), the documents one after another. generator: draws the places. Returns ids (B, T) and the same moved by
    one. Raises ValueError for a text shorter than T + 1.

    >>> batches = WindowBatches(torch.arange(100), batch_size=2, steps=3, generator=torch.Generator().manual_seed(0))
    >>> x, y = next(batches)
    >>> x.shape, bool((y == x + 1).all())
    (torch.Size([2, 3]), True)
    """

    def __init__(
        self,
        ids: torch.Tensor,
        batch_size: int,
        steps: int,
        *,
        generator: torch.Generator,
        device: torch.device | str = "cpu",
    ) -> None:
        if ids.ndim != 1 or min(batch_size, steps) < 1 or len(ids) <= steps:
            raise ValueError(f"windows of {steps} ids and a target need a longer text (N,), got {tuple(ids.shape)}")
        self.ids, self.batch_size, self.steps = ids, batch_size, steps
        self.generator, self.device = generator, device
        self.drawn = 0

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        last = len(self.ids) - self.steps  # the last start whose window still has a target after it, plus one
        starts = torch.randint(last, (self.batch_size, 1), generator=self.generator)
        ids = self.ids[starts + torch.arange(self.steps + 1)].long().to(self.device)  # (B, T + 1)
        self.drawn += self.batch_size * self.steps
        return ids[:, :-1], ids[:, 1:]

    @property
    def epochs(self) -> float:
        """Tokens drawn, over tokens of the text."""
        return self.drawn / len(self.ids)

    def state_dict(self) -> dict:
        """The state of the generator that draws the next windows, and how many tokens were drawn."""
        return {"generator": self.generator.get_state(), "drawn": self.drawn}

    def load_state_dict(self, state: dict) -> None:
        """Go on from there."""
        self.generator.set_state(state["generator"])
        self.drawn = state["drawn"]


def window_loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of the next token, in nats, for a model without a state: model(ids) -> (B, T, V).

    batch: ids and targets, (B, T) both, from `WindowBatches`.
    """
    ids, targets = batch
    return F.cross_entropy(model(ids).flatten(0, 1), targets.flatten())
