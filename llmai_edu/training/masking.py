"""Masked language modelling: hide some tokens of a text, and learn to say which they were (Devlin et al. 2019)."""

import torch
import torch.nn.functional as F

from llmai_edu.models.bert import BertForMaskedLM

IGNORE = -100  # the label of a place at which nothing is asked; `cross_entropy` leaves it out by itself


def mask_tokens(
    ids: torch.Tensor,
    may_mask: torch.Tensor,
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator | None = None,
    *,
    rate: float = 0.15,
    masked: float = 0.8,
    random: float = 0.1,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Choose a share of the tokens and hide most of them: return what the model reads, and what it has to say.

    Each token that may be masked is chosen with probability `rate`. Of the chosen, the share `masked` becomes
    `mask_id`, the share `random` any token below `vocab_size`, and the rest stays as it is; the model has to name all
    of them. ids, may_mask: (B, T), False at padding and special tokens. Returns the inputs (B, T), and the labels
    (B, T): the true token where it was chosen, IGNORE elsewhere. Raises ValueError for shares outside [0, 1].

    >>> ids = torch.tensor([[5, 6, 7, 0]])
    >>> inputs, labels = mask_tokens(ids, ids > 0, mask_id=9, vocab_size=9, rate=1.0, masked=1.0, random=0.0)
    >>> inputs.tolist(), labels.tolist()
    ([[9, 9, 9, 0]], [[5, 6, 7, -100]])
    """
    if not (0 <= rate <= 1 and masked >= 0 and random >= 0 and masked + random <= 1 + 1e-9):
        raise ValueError(f"rate and masked + random must be shares from 0 to 1, got {rate}, {masked} and {random}")
    chosen = may_mask & (torch.rand(ids.shape, generator=generator) < rate)
    lot = torch.rand(ids.shape, generator=generator)  # decides what becomes of a chosen token
    any_token = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (lot < masked), mask_id)
    inputs = torch.where(chosen & (lot >= masked) & (lot < masked + random), any_token, inputs)
    return inputs, ids.masked_fill(~chosen, IGNORE)


def masked_lm_loss(
    model: BertForMaskedLM, inputs: torch.Tensor, labels: torch.Tensor, attention_mask: torch.Tensor | None = None
) -> torch.Tensor:
    """Mean cross-entropy at the places that were asked for, in nats; the head is computed at these places alone.

    inputs, labels: (B, T), as `mask_tokens` returns them. Raises ValueError when nothing is asked.
    """
    asked = labels != IGNORE
    if not asked.any():
        raise ValueError("no token was chosen, so there is nothing to learn: draw again, or raise the rate")
    logits = model(inputs, attention_mask, at=asked)  # (N, V)
    return F.cross_entropy(logits, labels[asked])
