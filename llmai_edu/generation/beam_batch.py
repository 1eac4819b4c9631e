"""Beam search for many texts at once, with a model that reads one text and writes another."""

from collections.abc import Iterator

import torch

from llmai_edu.generation.beam import Hypothesis, reorder
from llmai_edu.models.t5 import T5

__all__ = ["beam_search_batch", "length_score"]


def length_score(log_prob: float, length: int, penalty: float) -> float:
    """The logarithm of a probability over a power of the length; the token that ends a text counts for its length.

    With penalty 0 short texts win, since every token costs; with 1 it is the mean of a token. Wu et al. 2016.

    >>> length_score(-6.0, 3, 1.0), length_score(-6.0, 3, 0.0)
    (-2.0, -6.0)
    """
    return log_prob / length**penalty


@torch.no_grad()
def beam_search_batch(
    model: T5,
    ids: torch.Tensor,
    max_new_tokens: int,
    *,
    attention_mask: torch.Tensor | None = None,
    beams: int = 4,
    length_penalty: float = 1.0,
    allowed: torch.Tensor | None = None,
    exactly: torch.Tensor | None = None,
) -> list[list[Hypothesis]]:
    """Read a batch of texts once, and return for each the best translations that were found, the best first.

    Every text has its own `beams` beginnings. At each step every beginning is continued by every token, and the best
    live on; an end counts only if it is among the `beams` best. A text is done when it has `beams` finished ones and
    no living beginning scores better than the worst of them *at its present length*: a living one might still have
    got ahead later, so this is a shortcut. With one beam it is greedy decoding.

    ids: (B, S). attention_mask: (B, S), 0 at padding. allowed: (B, V) of bool, the tokens that each text may write,
    None for all. exactly: (B, V) of int, how often each text has to write a token, -1 for as often as it likes: a
    beginning that wants to end, or is about to run out of room, writes first what it still owes. Ids come without the
    start and the end. Raises ValueError for a model in training mode, fewer than one beam, or no new token.

    >>> from llmai_edu.models.t5 import T5Config
    >>> model = T5(T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)).eval()
    >>> found = beam_search_batch(model, torch.tensor([[5, 6, 1], [7, 1, 0]]), 4, beams=3)
    >>> len(found), len(found[0])
    (2, 3)
    """
    if model.training:
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
    if beams < 1 or max_new_tokens < 1:
        raise ValueError(f"beams and max_new_tokens must be at least 1, got {beams} and {max_new_tokens}")
    config, n_texts = model.config, len(ids)
    memory = model.encode(ids, attention_mask).repeat_interleave(beams, 0)  # (B · K, S, C)
    mask = None if attention_mask is None else attention_mask.repeat_interleave(beams, 0)
    cache = model.new_cache(memory, max_new_tokens)
    new = ids.new_full((n_texts * beams, 1), config.decoder_start_token_id)
    texts = ids.new_zeros(n_texts, beams, 0)
    sums = torch.zeros(n_texts, beams)
    sums[:, 1:] = -torch.inf  # at first all beams are the same
    banned = None if allowed is None else ~allowed[:, None]
    left = None if exactly is None else exactly[:, None].repeat(1, beams, 1)  # (B, K, V)
    found: list[list[Hypothesis]] = [[] for _ in range(n_texts)]
    done = [False] * n_texts  # what a text finds does not depend on how long the others take
    for length in range(1, max_new_tokens + 1):
        logits = model.decode(new, memory, mask, cache)[:, -1].float()
        if banned is not None:
            logits = logits.unflatten(0, (n_texts, beams)).masked_fill(banned, -torch.inf).flatten(0, 1)
        if left is not None:
            room = max_new_tokens - length
            logits = logits.masked_fill(_against(left.flatten(0, 1), logits, config.eos_token_id, room), -torch.inf)
        totals = sums[..., None] + logits.log_softmax(-1).unflatten(0, (n_texts, beams))  # (B, K, V)
        best, places = totals.flatten(1).topk(2 * beams)  # at least K of them do not end: (B, 2K)
        rows, tokens = places // totals.shape[2], places % totals.shape[2]
        ends = tokens == config.eos_token_id
        for text, place in ends[:, :beams].nonzero().tolist():
            if not done[text] and (total := best[text, place].item()) > -torch.inf:
                score = length_score(total, length, length_penalty)
                found[text].append(Hypothesis(texts[text, rows[text, place]].tolist(), total, score))
        keep = torch.stack([(~end).nonzero()[:beams, 0] for end in ends])  # (B, K)
        sums, rows, tokens = (part.gather(1, keep) for part in (best, rows, tokens))
        texts = torch.cat([texts.gather(1, rows[..., None].expand(-1, -1, length - 1)), tokens[..., None]], 2)
        if left is not None:
            left = left.gather(1, rows[..., None].expand(-1, -1, left.shape[2]))
            owed = left.gather(2, tokens[..., None])
            left.scatter_(2, tokens[..., None], owed - (owed > 0).to(left.dtype))
        found = [sorted(list_of, key=lambda one: -one.score)[:beams] for list_of in found]
        for text, total in enumerate(sums[:, 0].tolist()):
            alive = length_score(total, length, length_penalty)
            done[text] = done[text] or (len(found[text]) == beams and alive <= found[text][-1].score)
        if all(done):
            break
        reorder(cache.own, (rows + beams * torch.arange(n_texts)[:, None]).flatten())
        new = tokens.reshape(-1, 1)
    return [list(_with_unfinished(*row, beams, length_penalty)) for row in zip(found, texts.tolist(), sums.tolist())]


def _against(left: torch.Tensor, logits: torch.Tensor, end: int, room: int) -> torch.Tensor:
    """What each beginning must not write: what it has written often enough, and the end while it owes something.

    Where it wants to end, or has only `room` tokens after this one, it must not write anything but what it owes.
    left: (N, V), how often each token is still to be written. logits: (N, V). Returns (N, V) of bool.
    """
    owed = left > 0
    owes = owed.any(1)
    must = owes & ((logits.argmax(1) == end) | (left.clamp(min=0).sum(1) >= room))
    against = (left == 0) | (must[:, None] & ~owed)
    against[:, end] |= owes
    return against


def _with_unfinished(
    done: list[Hypothesis], texts: list[list[int]], sums: list[float], beams: int, penalty: float
) -> Iterator[Hypothesis]:
    """The finished ones, then, if they are too few, those that found no end."""
    rest = [Hypothesis(ids, total, length_score(total, len(ids), penalty)) for ids, total in zip(texts, sums)]
    yield from [*done, *sorted(rest, key=lambda one: -one.score)][:beams]
