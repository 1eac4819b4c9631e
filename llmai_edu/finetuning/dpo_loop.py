"""Direct preference optimization as a loop: pairs as batches, the reference's log-probabilities once, then steps.

The reference is the model before tuning. Its weights never change, so what it says of each pair is computed once and
kept; a second model in memory is not needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from llmai_edu.finetuning.preference import dpo_loss, sequence_log_probs

__all__ = ["DPOStep", "PairBatch", "TokenPair", "dpo_step", "pair_batch", "pair_log_probs"]


@dataclass(frozen=True)
class TokenPair:
    """A prompt with a better and a worse answer, as ids; an answer holds the token that ends it."""

    prompt: Sequence[int]
    better: Sequence[int]
    worse: Sequence[int]


@dataclass(frozen=True)
class PairBatch:
    """Pairs as tensors, filled up on the right: B rows with the better answers, then B with the worse ones.

    ids: (2 B, T). counted: (2 B, T), 1 at the tokens of an answer.
    """

    ids: torch.Tensor
    counted: torch.Tensor

    def __len__(self) -> int:
        return len(self.ids) // 2

    def part(self, start: int, stop: int) -> "PairBatch":
        """The pairs from `start` to before `stop`."""
        pairs = torch.arange(len(self), device=self.ids.device)[start:stop]
        both = torch.cat([pairs, pairs + len(self)])
        return PairBatch(self.ids[both], self.counted[both])


@dataclass(frozen=True)
class DPOStep:
    """What one step gave: as `PreferenceLoss`, and the log-probability of the better and the worse answers.

    better, worse: minus those of the reference, on the mean over the pairs, before the step. norm: the length of the
    gradient before clipping.
    """

    loss: float
    accuracy: float
    margin: float
    better: float
    worse: float
    norm: float


def pair_batch(
    pairs: Sequence[TokenPair],
    *,
    pad_id: int = 0,
    longest: int | None = None,
    device: torch.device | str | None = None,
) -> PairBatch:
    """Pairs as tensors; what is longer than `longest` is cut off at the right.

    Raises ValueError for no pairs, or when nothing of an answer is left.

    >>> batch = pair_batch([TokenPair([5, 6], [7], [8, 9])])
    >>> batch.ids.tolist(), batch.counted.tolist()
    ([[5, 6, 7, 0], [5, 6, 8, 9]], [[0, 0, 1, 0], [0, 0, 1, 1]])
    """
    if not pairs:
        raise ValueError("there are no pairs: give at least one")
    rows = [(pair.prompt, pair.better) for pair in pairs] + [(pair.prompt, pair.worse) for pair in pairs]
    width = min(max(len(prompt) + len(answer) for prompt, answer in rows), longest or 10**9)
    ids = torch.full((len(rows), width), pad_id)
    counted = torch.zeros_like(ids)
    for row, (prompt, answer) in enumerate(rows):
        whole = [*prompt, *answer][:width]
        if not answer or len(whole) <= len(prompt):
            raise ValueError(f"nothing is left of an answer of pair {row % len(pairs)} in a row of {width} tokens")
        ids[row, : len(whole)] = torch.tensor(whole)
        counted[row, len(prompt) : len(whole)] = 1
    return PairBatch(ids.to(device), counted.to(device))


def pair_log_probs(model: nn.Module, batch: PairBatch) -> tuple[torch.Tensor, torch.Tensor]:
    """The log-probabilities of the better and of the worse answers, (B,) each; gradients flow."""
    both = sequence_log_probs(model(batch.ids).float(), batch.ids, batch.counted)
    return both[: len(batch)], both[len(batch) :]


def dpo_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: PairBatch,
    reference: tuple[torch.Tensor, torch.Tensor],
    *,
    beta: float = 0.1,
    max_norm: float = 1.0,
    rows: int | None = None,
) -> DPOStep:
    """One step on a batch of pairs: widen the margin of the better answer over the worse one.

    reference: what `pair_log_probs` of the model before tuning gave for this batch, under `torch.no_grad()`. rows: how
    many pairs are computed at once; the gradient is that of all. Raises ValueError when the reference is of another
    batch, or carries a gradient. Rafailov et al. 2023, eq. 7.
    """
    if any(part.shape != (len(batch),) for part in reference):
        raise ValueError(f"the reference must be of this batch of {len(batch)} pairs")
    if any(part.requires_grad for part in reference):
        raise ValueError("the reference must not learn: compute it under torch.no_grad()")
    optimizer.zero_grad()
    sums = torch.zeros(5)
    rows = rows or len(batch)
    for start in range(0, len(batch), rows):
        part = batch.part(start, start + rows)
        then_better, then_worse = (one[start : start + rows] for one in reference)
        better, worse = pair_log_probs(model, part)
        found = dpo_loss(better, worse, then_better, then_worse, beta)
        share = len(part) / len(batch)
        (found.loss * share).backward()
        moved = [(now - then).mean().item() for now, then in ((better, then_better), (worse, then_worse))]
        sums += share * torch.tensor([found.loss.item(), found.accuracy, found.margin, *moved])
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm).item()
    optimizer.step()
    return DPOStep(*sums.tolist(), norm=norm)
