"""Speculative decoding: a cheap draft guesses several tokens, and the model reads them in one pass.

It keeps what it would have drawn itself: the text has exactly the distribution of the model alone. Leviathan et al.
2023, "Fast Inference from Transformers via Speculative Decoding"; Chen et al. 2023.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from llmai_edu.generation.decoder import Decoder, check_mode
from llmai_edu.generation.sampling import check_prompt, check_sampling, next_token_probs

__all__ = ["Draft", "NgramDraft", "PromptLookup", "Speculation", "generate_speculative", "keep_drafted"]


class Draft(Protocol):
    """Guesses how a text goes on: up to k tokens, and for each the distribution from which it was drawn, (k, V)."""

    def __call__(
        self, ids: Sequence[int], k: int, generator: torch.Generator | None
    ) -> tuple[list[int], torch.Tensor]: ...


@dataclass
class Speculation:
    """What a run of speculative decoding did: passes through the model, tokens drafted, and drafted tokens kept."""

    passes: int = 0
    drafted: int = 0
    kept: int = 0
    new_tokens: int = 0

    @property
    def per_pass(self) -> float:
        """Tokens gained by each pass; without a draft it is 1."""
        return self.new_tokens / self.passes if self.passes else 0.0


def keep_drafted(
    target: torch.Tensor, draft: torch.Tensor, drafted: Sequence[int], generator: torch.Generator | None = None
) -> list[int]:
    """Of the drafted tokens those that are kept, and one more from the model: 1 to k + 1 tokens.

    Each drafted token is kept with probability min(1, p / q), p the model's, q the draft's. The first one that is
    refused is replaced by a draw from what p has beyond q, and ends the round. If all are kept, the model draws one
    more. target: (k + 1, V), the model's distributions. draft: (k, V). Raises ValueError when the numbers do not fit.

    >>> sure = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    >>> keep_drafted(sure, torch.tensor([[0.0, 1.0]]), [1])
    [1, 0]
    """
    if not len(target) - 1 == len(draft) == len(drafted):
        needs = f"{len(drafted)} distributions of the draft and {len(drafted) + 1} of the model"
        raise ValueError(f"{len(drafted)} drafted tokens need {needs}, got {len(draft)} and {len(target)}")
    kept = []
    for p, q, token in zip(target, draft, drafted):
        if torch.rand((), generator=generator, device=p.device) * q[token] < p[token]:
            kept.append(token)
            continue
        beyond = (p - q).clamp(min=0)
        return [*kept, int(torch.multinomial(beyond / beyond.sum(), 1, generator=generator))]
    return [*kept, int(torch.multinomial(target[-1], 1, generator=generator))]


class PromptLookup:
    """Drafts what followed the last n tokens where they stood before: in quotations and code, texts repeat themselves.

    Saxena 2023, "Prompt Lookup Decoding". Its guesses are certain of themselves, so q is 1.

    >>> PromptLookup(vocab_size=9, n=2)([1, 2, 7, 8, 1, 2], k=2, generator=None)[0]
    [7, 8]
    """

    def __init__(self, vocab_size: int, n: int = 3) -> None:
        if n < 1:
            raise ValueError(f"n counts tokens, at least 1, got {n}")
        self.vocab_size, self.n = vocab_size, n

    def __call__(
        self, ids: Sequence[int], k: int, generator: torch.Generator | None = None
    ) -> tuple[list[int], torch.Tensor]:
        for n in range(min(self.n, len(ids) - 1), 0, -1):
            last = list(ids[-n:])
            for start in range(len(ids) - n - 1, -1, -1):
                if list(ids[start : start + n]) == last:
                    found = list(ids[start + n : start + n + k])
                    return found, torch.nn.functional.one_hot(torch.tensor(found), self.vocab_size).float()
        return [], torch.zeros(0, self.vocab_size)


class NgramDraft:
    """Drafts from the counts of a text: after the last n - 1 tokens, what came how often.

    >>> draft = NgramDraft([1, 2, 3, 1, 2, 3], vocab_size=4, n=2)
    >>> draft([0, 1], k=3, generator=torch.Generator())[0]
    [2, 3, 1]
    """

    def __init__(self, ids: Sequence[int], vocab_size: int, n: int = 3) -> None:
        if n < 2:
            raise ValueError(f"n must be at least 2: one token is guessed from those before it, got {n}")
        self.vocab_size, self.n = vocab_size, n
        self.counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for run in zip(*(ids[start:] for start in range(n))):
            self.counts[run[:-1]][run[-1]] += 1

    def __call__(
        self, ids: Sequence[int], k: int, generator: torch.Generator | None = None
    ) -> tuple[list[int], torch.Tensor]:
        text, rows = list(ids), []
        for _ in range(k):
            found = self.counts.get(tuple(text[len(text) - self.n + 1 :]))
            if not found:
                break
            row = torch.zeros(self.vocab_size)
            row[list(found)] = torch.tensor(list(found.values()), dtype=torch.float32)
            rows.append(row / row.sum())
            text.append(int(torch.multinomial(rows[-1], 1, generator=generator)))
        drafted = text[len(ids) :]
        return drafted, torch.stack(rows) if rows else torch.zeros(0, self.vocab_size)


def generate_speculative(
    model: Decoder,
    ids: Sequence[int],
    max_new_tokens: int,
    draft: Draft,
    *,
    k: int = 4,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
    stop_ids: Sequence[int] = (),
    stats: Speculation | None = None,
) -> Iterator[int]:
    """Continue a text as `generate` does, with as many tokens for each pass as the draft has guessed right, and one.

    draft: such as `PromptLookup` or `NgramDraft`. k: how many tokens it guesses. stats: is filled on the way. The
    other arguments and errors as for `generate`. On the CPU; for one text.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0)).eval()
    >>> len(list(generate_speculative(tiny, [72, 105], 5, PromptLookup(256))))
    5
    """
    check_mode(model)
    check_sampling(temperature, top_k, top_p)
    if k < 1:
        raise ValueError(f"k counts the tokens of a draft, at least 1, got {k}")
    check_prompt(torch.as_tensor(ids), max_new_tokens, model.config.vocab_size, model.config.max_position_embeddings)
    settings = (temperature, top_k, top_p)
    return rounds(model, list(ids), max_new_tokens, draft, k, settings, generator, stop_ids, stats or Speculation())


@torch.inference_mode()
def rounds(
    model: Decoder,
    ids: list[int],
    max_new_tokens: int,
    draft: Draft,
    k: int,
    settings: tuple[float, int | None, float | None],
    generator: torch.Generator | None,
    stop_ids: Sequence[int],
    stats: Speculation,
) -> Iterator[int]:
    """The loop inside `generate_speculative`. Before each pass the cache holds all tokens but the last."""
    cache = model.new_cache(max_length=len(ids) + max_new_tokens)
    start, stop = len(ids), set(stop_ids)
    if start > 1:
        model(torch.tensor([ids[:-1]]), cache, last_only=True)
    while (left := max_new_tokens - (len(ids) - start)) > 0:
        drafted, q = draft(ids, min(k, left - 1), generator) if left > 1 else ([], torch.zeros(0, 0))
        logits = model(torch.tensor([[ids[-1], *drafted]]), cache)[0]  # (k + 1, V)
        kept = keep_drafted(next_token_probs(logits, *settings), q, drafted, generator)
        cache.truncate(len(ids) + len(kept) - 1)
        stats.passes += 1
        stats.drafted += len(drafted)
        stats.kept += len(kept) - 1
        for token in kept:
            if token in stop:
                return
            stats.new_tokens += 1
            yield token
        ids += kept
