"""From logits to tokens: temperature, top-k, top-p, and the loop that writes a text."""

from collections.abc import Iterator, Sequence

import torch

from llmai_edu.generation.decoder import Decoder, check_mode

SMALLEST = torch.finfo(torch.float32).tiny  # a smaller divisor would count as 0


def keep_top_k(logits: torch.Tensor, k: int) -> torch.Tensor:
    """Rule out all but the k likeliest tokens (those that tie with the k-th stay, too).

    logits: (..., V). Returns the same shape, -inf where a token is ruled out. Raises ValueError for k below 1.
    Fan et al. 2018.

    >>> keep_top_k(torch.tensor([1.0, 3.0, 2.0]), 2).tolist()
    [-inf, 3.0, 2.0]
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}: no token would be left")
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < kth, -torch.inf)


def keep_top_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Rule out all but the nucleus: the fewest tokens, likeliest first, whose probabilities reach p together.

    logits: (..., V). Returns the same shape, -inf where a token is ruled out. Raises ValueError for p outside
    (0, 1]. Holtzman et al. 2020.

    >>> logits = torch.tensor([0.2, 0.5, 0.3]).log()
    >>> keep_top_p(logits, 0.6).softmax(-1).tolist()      # 0.5 does not reach 0.6, 0.5 + 0.3 does
    [0.0, 0.625, 0.375]
    """
    if not 0 < p <= 1:
        raise ValueError(f"p must be above 0 and at most 1, got {p}")
    probs, order = logits.softmax(-1).sort(descending=True, stable=True)
    before = probs.cumsum(-1) - probs  # what the likelier tokens hold together
    outside = torch.zeros_like(before, dtype=torch.bool).scatter(-1, order, before >= p)
    return logits.masked_fill(outside, -torch.inf)


def next_token_probs(
    logits: torch.Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> torch.Tensor:
    """The distribution from which `sample` draws: temperature first, then top-k, then top-p.

    Temperature 0 is the limit: all the probability on the likeliest token (the first one, if several tie).

    logits: (..., V). Returns (..., V) of float32. Raises ValueError for a negative temperature, for top_k
    below 1 and for top_p outside (0, 1].

    >>> next_token_probs(torch.tensor([0.0, 1.0, 2.0]), temperature=0).tolist()
    [0.0, 0.0, 1.0]
    """
    check_sampling(temperature, top_k, top_p)
    if temperature == 0:
        best = logits.argmax(-1, keepdim=True)
        return torch.zeros_like(logits, dtype=torch.float32).scatter(-1, best, 1.0)
    logits = logits.float()
    # The likeliest at 0 and the others below: however small the temperature, nothing overflows but to -inf.
    logits = (logits - logits.amax(-1, keepdim=True)) / max(temperature, SMALLEST)
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None and top_p < 1:  # 1 keeps all; rounding in the sum could lose the rarest
        logits = keep_top_p(logits, top_p)
    return logits.softmax(-1)


def sample(
    logits: torch.Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Draw one token for each row of logits; `generator` (on the logits' device) makes the draw reproducible.

    logits: (V,) or (B, V). Returns () or (B,) of int64. Raises ValueError as `next_token_probs` does.

    >>> sample(torch.tensor([[0.0, 9.0, 0.0], [9.0, 0.0, 0.0]]), temperature=0).tolist()
    [1, 0]
    """
    check_sampling(temperature, top_k, top_p)
    if temperature == 0:
        return logits.argmax(-1)
    probs = next_token_probs(logits, temperature, top_k, top_p)
    return torch.multinomial(probs, 1, generator=generator).squeeze(-1)


def generate(
    model: Decoder,
    ids: Sequence[int] | torch.Tensor,
    max_new_tokens: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
    stop_ids: Sequence[int] = (),
) -> Iterator[int]:
    """Continue a text token by token, yielding each as soon as it is known.

    The prompt is read once; then every token costs one step through the model, thanks to the KV cache. Ends
    after `max_new_tokens`, or before the first of `stop_ids`, which is not yielded. Temperature 0 is greedy.

    ids: (T,), a list or a tensor. Raises ValueError at once, not at the first token, for an empty prompt, an
    id that is no whole number or outside of the vocabulary, a text that would outgrow the context, sampling
    values without a meaning, or a model that still drops connections as in training.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    >>> len(list(generate(tiny, [72, 105], max_new_tokens=5)))
    5
    """
    ids = torch.as_tensor(ids)
    check_mode(model)
    check_sampling(temperature, top_k, top_p)
    check_prompt(ids, max_new_tokens, model.config.vocab_size, model.config.max_position_embeddings)
    return decode_loop(model, ids.long(), max_new_tokens, temperature, top_k, top_p, generator, frozenset(stop_ids))


@torch.inference_mode()
def decode_loop(
    model: Decoder,
    ids: torch.Tensor,
    max_new_tokens: int,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    generator: torch.Generator | None,
    stop_ids: frozenset[int],
) -> Iterator[int]:
    """The loop inside `generate`, which checks the arguments first; here they are taken as they are.

    ids: (T,) of int64. Yields each new token as soon as it is chosen.
    """
    cache = model.new_cache(max_length=len(ids) + max_new_tokens)
    device = next(model.parameters()).device
    # (1, T): first the whole prompt; from then on (1, 1), one token at a time
    new = ids.to(device)[None]
    for _ in range(max_new_tokens):
        logits = model(new, cache, last_only=True)[:, -1]  # (1, V)
        new = sample(logits, temperature, top_k, top_p, generator)[:, None]  # (1, 1)
        if new.item() in stop_ids:
            return
        yield new.item()


def check_sampling(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Refuse sampling values that make no sense, with a ValueError that says what would."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature must be 0 (greedy) or a positive number, got {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, or None for all tokens, got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must be above 0 and at most 1, or None for all tokens, got {top_p}")


def check_prompt(ids: torch.Tensor, max_new_tokens: int, vocab_size: int, context: int) -> None:
    """Refuse a prompt that cannot be continued, with a ValueError that says why."""
    if ids.ndim != 1 or not len(ids):
        raise ValueError(f"the prompt must be a list of at least one token id, got shape {tuple(ids.shape)}")
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise ValueError(f"token ids must be whole numbers, got {ids.dtype}: encode the text first")
    if ids.min() < 0 or ids.max() >= vocab_size:
        raise ValueError(f"token ids must lie in 0 … {vocab_size - 1}, got {ids.min()} … {ids.max()}")
    if max_new_tokens < 1:
        raise ValueError(f"max_new_tokens must be at least 1, got {max_new_tokens}")
    if len(ids) + max_new_tokens > context:
        raise ValueError(
            f"{len(ids)} prompt tokens and {max_new_tokens} new ones exceed the model's context of {context}: "
            "shorten the prompt or ask for fewer"
        )
