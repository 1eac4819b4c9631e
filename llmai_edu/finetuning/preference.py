"""Learning from preferences: of two answers to one prompt, people said which is better.

Bradley and Terry 1952: the probability that the first is preferred is σ(r₁ - r₂), where r is the answers' worth. A
reward model learns r. Direct preference optimization (DPO) does without: the model's own log-probabilities, beside
those of the model before tuning, take the place of r.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

__all__ = ["PreferenceLoss", "dpo_loss", "reward_loss", "sequence_log_probs"]


def sequence_log_probs(logits: torch.Tensor, ids: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    """The log-probability of each answer: the sum over the tokens that count.

    logits: (B, T, V) of a model that read ids. ids: (B, T). counted: (B, T), 1 for tokens of the answer, 0 for the
    prompt and the padding; the first token of a row has no prediction and never counts. Returns (B,). Raises
    ValueError when the shapes do not fit, or when a row has no token that counts.

    >>> ids, counted = torch.tensor([[0, 1, 1]]), torch.tensor([[0, 1, 1]])
    >>> sequence_log_probs(torch.zeros(1, 3, 2), ids, counted).exp().item()      # twice one of two
    0.25
    """
    if logits.shape[:2] != ids.shape or counted.shape != ids.shape:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in (logits, ids, counted))
        raise ValueError(f"logits, ids and counted do not fit: {shapes}")
    counts = counted[:, 1:]
    if not counts.any(dim=1).all():
        raise ValueError("a row has no token that counts: every answer needs at least one")
    chosen = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None]).squeeze(-1)  # (B, T - 1)
    return (chosen * counts).sum(dim=1)


def reward_loss(better: torch.Tensor, worse: torch.Tensor) -> torch.Tensor:
    """The negative log-probability, by Bradley and Terry, of the preferences: -log σ(r_better - r_worse), on the mean.

    better, worse: (B,), the rewards of the two answers. Ouyang et al. 2022, "InstructGPT", eq. 1.

    >>> round(reward_loss(torch.tensor([2.0]), torch.tensor([2.0])).item(), 4)     # a coin: ln 2
    0.6931
    """
    return -F.logsigmoid(better - worse).mean()


@dataclass(frozen=True)
class PreferenceLoss:
    """What `dpo_loss` gives: the loss, and the share of pairs in which the better answer has the larger margin."""

    loss: torch.Tensor
    accuracy: float
    margin: float


def dpo_loss(
    better: torch.Tensor,
    worse: torch.Tensor,
    reference_better: torch.Tensor,
    reference_worse: torch.Tensor,
    beta: float = 0.1,
) -> PreferenceLoss:
    """The loss of direct preference optimization, from the log-probabilities of whole answers.

    -log σ(β · [(log π(better) - log π_ref(better)) - (log π(worse) - log π_ref(worse))]), on the mean. All: (B,). beta:
    how dear it is to leave the reference. Raises ValueError for beta not above 0. Rafailov et al. 2023, eq. 7.

    >>> same = torch.zeros(2)
    >>> round(dpo_loss(same, same, same, same).loss.item(), 4)
    0.6931
    """
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}")
    margin = beta * ((better - reference_better) - (worse - reference_worse))
    accuracy = (margin.detach() > 0).float().mean().item()
    return PreferenceLoss(-F.logsigmoid(margin).mean(), accuracy, margin.detach().mean().item())
