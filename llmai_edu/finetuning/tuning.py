"""Tuning the upper blocks of a model on states that were computed once: batches, the loss, and a run."""

from collections.abc import Iterator

import torch
from torch.nn import functional as F

from llmai_edu.finetuning.blocks import UpperBlocks
from llmai_edu.training.history import History
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.trainer import Trainer, cosine

__all__ = ["shuffled_rows", "states_loss", "tune"]


def states_loss(upper: UpperBlocks, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """`answer_loss` from states instead of ids: cross-entropy in nats over the tokens that count.

    batch: the states (B, T, C), the targets (B, T), and 1 where a target counts.
    """
    states, targets, counted = batch
    return F.cross_entropy(upper(states, counted), targets[counted.bool()])


def shuffled_rows(
    tensors: tuple[torch.Tensor, ...], rows: int, generator: torch.Generator | None = None
) -> Iterator[tuple[torch.Tensor, ...]]:
    """Batches without end: every row once in a random order, then all again in another.

    The last batch of a round may be smaller. Raises ValueError for fewer than one row.

    >>> batches = shuffled_rows((torch.arange(3), torch.arange(3) * 10), 2, torch.Generator().manual_seed(0))
    >>> [[part.tolist() for part in next(batches)] for _ in range(2)]
    [[[2, 0], [20, 0]], [[1], [10]]]
    """
    if rows < 1:
        raise ValueError(f"a batch has at least one row, got {rows}")
    while True:
        for part in torch.randperm(len(tensors[0]), generator=generator).split(rows):
            yield tuple(tensor[part] for tensor in tensors)


def tune(
    upper: UpperBlocks,
    batch: tuple[torch.Tensor, ...],
    *,
    rate: float,
    rounds: int,
    rows: int = 4,
    generator: torch.Generator | None = None,
    progress: bool = False,
) -> History:
    """Train what is not frozen: AdamW without decay, a rate that rises for a tenth of the run and falls to its tenth.

    batch: all that there is to learn from, as `states_loss` takes it. rounds: how often each row is seen. rows: how
    many make a step. Returns the losses step by step. Raises ValueError when nothing is to be trained.
    """
    steps = rounds * -(-len(batch[0]) // rows)
    run = Trainer(
        upper,
        states_loss,
        shuffled_rows(batch, rows, generator),
        adamw(upper, rate, weight_decay=0.0),
        clip=1.0,
        schedule=lambda done: cosine(done, warmup=0.1),
        progress=progress,
    )
    return run.run(steps=steps)
