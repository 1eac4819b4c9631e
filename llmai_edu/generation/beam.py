"""Beam search: keep the few beginnings that are most probable so far, and go on with all of them."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from llmai_edu.generation.decoder import Decoder, check_mode
from llmai_edu.generation.sampling import check_prompt
from llmai_edu.models.cache import KVCache

__all__ = ["Hypothesis", "beam_search"]


class Hypothesis(NamedTuple):
    """A continuation, the logarithm of its probability, and its score: that, over a power of its length."""

    ids: list[int]
    log_prob: float
    score: float


@torch.inference_mode()
def beam_search(
    model: Decoder,
    ids: Sequence[int],
    max_new_tokens: int,
    *,
    beams: int = 4,
    length_penalty: float = 1.0,
    stop_ids: Sequence[int] = (),
) -> list[Hypothesis]:
    """The best continuations that were found, at most `beams`, the best first.

    At every step each beam is continued by every token, and the `beams` best live on. One that draws a stop token is
    finished; the token counts for its probability and length, and is not among its ids. The score is log p divided by
    length ** length_penalty: with 0 short texts win, since every further token costs. Ends early when no beam can
    reach the finished ones any more. One beam without stop tokens is greedy decoding; with them, unlikely endings are
    kept too and compete, so the penalty matters even for one beam.

    Errors as for `generate`, and ValueError for fewer than one beam. Graves 2012; Wu et al. 2016, section 7, for the
    penalty.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0)).eval()
    >>> [len(found.ids) for found in beam_search(tiny, [72, 105], 5, beams=2)]
    [5, 5]
    """
    check_mode(model)
    check_prompt(torch.as_tensor(ids), max_new_tokens, model.config.vocab_size, model.config.max_position_embeddings)
    if beams < 1:
        raise ValueError(f"beams must be at least 1, got {beams}")
    device, stop = next(model.parameters()).device, torch.tensor(sorted(set(stop_ids)), dtype=torch.int64)
    cache = model.new_cache(max_length=len(ids) + max_new_tokens)
    new = torch.as_tensor(ids, device=device)[None]  # (1, T), later (beams, 1)
    texts, sums = torch.zeros(1, 0, dtype=torch.int64), torch.zeros(1)
    finished: list[Hypothesis] = []
    for length in range(1, max_new_tokens + 1):
        log_probs = model(new, cache, last_only=True)[:, -1].float().log_softmax(-1).cpu()  # (b, V)
        totals = sums[:, None] + log_probs
        ended = totals[:, stop]
        finished += [
            Hypothesis(texts[row].tolist(), value, value / length**length_penalty)
            for row, values in enumerate(ended.tolist())
            for value in values
        ]
        finished = sorted(finished, key=lambda found: -found.score)[:beams]
        totals[:, stop] = -torch.inf
        sums, places = totals.flatten().topk(min(beams, totals.numel() - ended.numel()))
        rows, tokens = places // totals.shape[1], places % totals.shape[1]
        texts = torch.cat([texts[rows], tokens[:, None]], dim=1)
        if length == max_new_tokens or hopeless(finished, sums, length, max_new_tokens, length_penalty, beams):
            break
        reorder(cache, rows.to(device))
        new = tokens[:, None].to(device)
    if length == max_new_tokens:
        finished += [
            Hypothesis(text, value, value / length**length_penalty)
            for text, value in zip(texts.tolist(), sums.tolist())
        ]
    return sorted(finished, key=lambda found: -found.score)[:beams]


def hopeless(
    finished: list[Hypothesis], sums: torch.Tensor, length: int, longest: int, penalty: float, beams: int
) -> bool:
    """Whether even a beam that lost nothing more could not come among the finished ones."""
    at = longest if penalty > 0 else length
    return len(finished) == beams and sums.max().item() / at**penalty <= finished[-1].score


def reorder(cache: KVCache, rows: torch.Tensor) -> None:
    """Let the texts of a cache go on from these rows; one may be taken several times, or not at all."""
    cache.keys = [keys[rows] for keys in cache.keys]
    cache.values = [values[rows] for values in cache.values]
    cache.real, cache.dropped = cache.real[rows], cache.dropped[rows]
