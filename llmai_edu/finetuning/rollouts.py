"""Answers that a model draws by itself, several to each prompt, with the log-probability of every token drawn.

What is drawn is drawn from the model's own distribution: without top-k, top-p or greed, for a policy gradient is right
only on the mean over what the policy itself would say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from llmai_edu.generation.batch import pad_left
from llmai_edu.generation.decoder import Decoder, check_mode
from llmai_edu.generation.sampling import check_prompt

__all__ = ["Rollouts", "sample_group", "token_log_probs"]


@dataclass(frozen=True)
class Rollouts:
    """What `sample_group` drew: P prompts with `group` answers each, B = P · group rows in the order of the prompts.

    ids: (B, T), prompt, answer and the token that ended it, filled up on the right. counted: (B, T), 1 at the answer
    and its end. log_probs: (B, T - 1), of the token at place t + 1, 0 where none counts. answers: B lists of ids,
    without the end. ended: (B,) of bool, False where the answer was cut off. temperature: at which they were drawn.
    """

    ids: torch.Tensor
    counted: torch.Tensor
    log_probs: torch.Tensor
    answers: list[list[int]]
    ended: torch.Tensor
    group: int
    temperature: float

    def __len__(self) -> int:
        return len(self.ids)


def sample_group(
    model: Decoder,
    prompts: Sequence[Sequence[int]],
    group: int,
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    stop_ids: Sequence[int] = (),
    pad_id: int = 0,
    generator: torch.Generator | None = None,
) -> Rollouts:
    """Draw `group` answers to each prompt, side by side with the KV cache; no gradient flows.

    An answer ends with the first of `stop_ids`, which counts as drawn, or after `max_new_tokens`. prompts: lists of
    token ids, of any lengths. generator: on the model's device. Raises ValueError for a temperature that is not above
    0, a group below 1, no prompts, and as `generate` does.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    >>> drawn = sample_group(tiny, [[72, 105], [72]], group=3, max_new_tokens=4)
    >>> len(drawn), drawn.counted.sum(dim=1).tolist()
    (6, [4, 4, 4, 4, 4, 4])
    """
    check_mode(model)
    if not 0 < temperature < float("inf"):
        raise ValueError(f"temperature must be above 0: what is drawn greedily has no probability; got {temperature}")
    if group < 1 or not len(prompts):
        raise ValueError(f"draw at least one answer to at least one prompt, got {group} to {len(prompts)}")
    for prompt in prompts:
        check_prompt(
            torch.as_tensor(prompt), max_new_tokens, model.config.vocab_size, model.config.max_position_embeddings
        )
    repeated = [list(prompt) for prompt in prompts for _ in range(group)]
    drawn, chances = draw(model, repeated, max_new_tokens, temperature, frozenset(stop_ids), pad_id, generator)
    return lay_out(repeated, drawn, chances, frozenset(stop_ids), group, temperature, pad_id)


@torch.no_grad()
def draw(
    model: Decoder,
    prompts: list[list[int]],
    max_new_tokens: int,
    temperature: float,
    stop_ids: frozenset[int],
    pad_id: int,
    generator: torch.Generator | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loop: tokens and their log-probabilities, (B, N) each; rows that have ended are carried along."""
    device = next(model.parameters()).device
    ids, mask = pad_left(prompts, pad_id)
    cache = model.new_cache(len(ids), ids.shape[1] + max_new_tokens)
    new, padding = ids.to(device), None if mask.all() else mask.to(device)
    stops = torch.tensor(sorted(stop_ids), dtype=torch.int64, device=device)
    ended = torch.zeros(len(ids), dtype=torch.bool, device=device)
    drawn, chances = [], []
    for _ in range(max_new_tokens):
        logits = model(new, cache, attention_mask=padding, last_only=True)[:, -1].float()  # (B, V)
        log_probs = (logits / temperature).log_softmax(-1)
        new, padding = torch.multinomial(log_probs.exp(), 1, generator=generator), None  # (B, 1)
        drawn.append(new)
        chances.append(log_probs.gather(-1, new))
        ended |= torch.isin(new[:, 0], stops)
        if ended.all():
            break
    return torch.cat(drawn, dim=1), torch.cat(chances, dim=1)


def lay_out(
    prompts: list[list[int]],
    drawn: torch.Tensor,
    chances: torch.Tensor,
    stop_ids: frozenset[int],
    group: int,
    temperature: float,
    pad_id: int,
) -> Rollouts:
    """Put each answer behind its prompt, and cut off what was drawn after its end."""
    answers, ended = [], []
    for row in drawn.tolist():
        stop = next((place for place, token in enumerate(row) if token in stop_ids), None)
        answers.append(row[:stop])
        ended.append(stop is not None)
    lengths = [len(answer) + end for answer, end in zip(answers, ended)]
    width = max(len(prompt) + length for prompt, length in zip(prompts, lengths))
    ids = torch.full((len(prompts), width), pad_id, device=drawn.device)
    counted = torch.zeros_like(ids)
    log_probs = torch.zeros(len(prompts), width - 1, device=drawn.device)
    for row, (prompt, length) in enumerate(zip(prompts, lengths)):
        begin, end = len(prompt), len(prompt) + length
        ids[row, :begin] = torch.tensor(prompt, device=drawn.device)
        ids[row, begin:end] = drawn[row, :length]
        counted[row, begin:end] = 1
        log_probs[row, begin - 1 : end - 1] = chances[row, :length]
    return Rollouts(ids, counted, log_probs, answers, torch.tensor(ended), group, temperature)


def token_log_probs(
    model: nn.Module | Any, ids: torch.Tensor, *, temperature: float = 1.0, rows: int | None = None
) -> torch.Tensor:
    """The log-probability of every token but the first, given those before it; gradients flow.

    ids: (B, T), filled up on the right, where a causal model needs no mask. rows: how many are read at once, all by
    default. Returns (B, T - 1): at place t, that of the token at t + 1.

    >>> token_log_probs(lambda ids: torch.zeros(1, 2, 4), torch.tensor([[0, 3]])).exp().item()
    0.25
    """
    parts = []
    for part in ids.split(rows or len(ids)):
        logits = model(part)[:, :-1].float() / temperature  # (B, T - 1, V)
        parts.append(logits.log_softmax(-1).gather(-1, part[:, 1:, None]).squeeze(-1))
    return torch.cat(parts)
