"""Several texts at once: each step reads the weights once for all of them."""

from collections.abc import Sequence

import torch

from llmai_edu.generation.decoder import Decoder, check_mode
from llmai_edu.generation.sampling import check_prompt, check_sampling, sample

__all__ = ["generate_batch", "pad_left"]


def generate_batch(
    model: Decoder,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
    stop_ids: Sequence[int] = (),
    pad_id: int = 0,
) -> list[list[int]]:
    """Continue several texts side by side, and return what was added to each.

    A text ends after `max_new_tokens`, or before its first of `stop_ids`; all of them go on until the last has ended.
    Greedy, each gets the tokens that `generate` would give it alone. `pad_id` stands before the shorter prompts, where
    nobody sees it; any id will do.

    prompts: lists of token ids, of any lengths. Raises ValueError as `generate` does, and when there are no prompts.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    >>> [len(text) for text in generate_batch(tiny, [[72, 105], [72]], max_new_tokens=5)]
    [5, 5]
    """
    check_mode(model)
    check_sampling(temperature, top_k, top_p)
    if not len(prompts):
        raise ValueError("there is nothing to continue: give at least one prompt")
    vocab_size, context = model.config.vocab_size, model.config.max_position_embeddings
    for prompt in prompts:
        check_prompt(torch.as_tensor(prompt), max_new_tokens, vocab_size, context)
    if not 0 <= pad_id < vocab_size:
        raise ValueError(f"pad_id must lie in 0 … {vocab_size - 1}, got {pad_id}")
    ids, mask = pad_left(prompts, pad_id)
    return batch_loop(model, ids, mask, max_new_tokens, (temperature, top_k, top_p, generator), frozenset(stop_ids))


@torch.inference_mode()
def batch_loop(
    model: Decoder,
    ids: torch.Tensor,
    mask: torch.Tensor,
    max_new_tokens: int,
    sampling: tuple[float, int | None, float | None, torch.Generator | None],
    stop_ids: frozenset[int],
) -> list[list[int]]:
    """The loop inside `generate_batch`, which checks the arguments first. ids, mask: (B, T)."""
    device = next(model.parameters()).device
    cache = model.new_cache(len(ids), ids.shape[1] + max_new_tokens)
    new, padding = ids.to(device), None if mask.all() else mask.to(device)
    texts, going = [[] for _ in ids], set(range(len(ids)))
    for _ in range(max_new_tokens):
        logits = model(new, cache, attention_mask=padding, last_only=True)[:, -1]  # (B, V)
        new, padding = sample(logits, *sampling)[:, None], None  # (B, 1): from now on, every row is a token
        for row, id in enumerate(new.flatten().tolist()):
            if id in stop_ids:
                going.discard(row)  # it is carried along to the end, but nobody listens
            elif row in going:
                texts[row].append(id)
        if not going:
            break
    return texts


def pad_left(prompts: Sequence[Sequence[int]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Fill up the shorter texts on the left, so that all end together: the next token of each comes next.

    Returns the ids and the attention_mask, 1 at tokens and 0 at padding, each (B, T) of int64.

    >>> ids, mask = pad_left([[5, 6, 7], [8]], pad_id=0)
    >>> ids.tolist(), mask.tolist()
    ([[5, 6, 7], [0, 0, 8]], [[1, 1, 1], [0, 0, 1]])
    """
    width = max(len(prompt) for prompt in prompts)
    ids = torch.full((len(prompts), width), pad_id)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = torch.as_tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    return ids, mask
