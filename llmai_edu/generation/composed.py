"""Writing with steps over the logits, one text or many at once, each drawn from its own seed."""

from collections.abc import Iterator, Sequence

import torch

from llmai_edu.generation.batch import pad_left
from llmai_edu.generation.decoder import Decoder, check_mode
from llmai_edu.generation.sampling import check_prompt
from llmai_edu.generation.steps import (
    Step,
    frequency_penalty,
    min_p,
    probs_after,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
)

__all__ = ["generate_many_with", "generate_with", "usual_steps"]


def usual_steps(
    heat: float = 1.0,
    k: int | None = None,
    p: float | None = None,
    least: float | None = None,
    *,
    repetition: float = 1.0,
    frequency: float = 0.0,
) -> list[Step]:
    """The steps in the usual order, without those that do nothing: penalties, temperature, top-k, top-p, min-p.

    Temperature 0 keeps the likeliest token alone, as its limit does. Raises ValueError as the steps do.

    >>> len(usual_steps()), len(usual_steps(0.7, p=0.9)), len(usual_steps(0.0, frequency=0.5))
    (0, 2, 2)
    """
    steps = [] if repetition == 1 else [repetition_penalty(repetition)]
    steps += [frequency_penalty(frequency)] if frequency else []
    if heat == 0:
        return [*steps, top_k(1)]
    steps += [] if heat == 1 else [temperature(heat)]
    steps += [] if k is None else [top_k(k)]
    steps += [] if p is None else [top_p(p)]
    return steps + ([] if least is None else [min_p(least)])


def generate_with(
    model: Decoder,
    ids: Sequence[int],
    max_new_tokens: int,
    steps: Sequence[Step] = (),
    *,
    seed: int | None = None,
    stop_ids: Sequence[int] = (),
) -> Iterator[int]:
    """Continue a text, yielding each token as soon as it is drawn from what the steps leave.

    The steps see the prompt and what was written since. With `seed` the tokens are drawn, and come the same each time;
    without one the likeliest is taken. Ends after `max_new_tokens`, or before the first of `stop_ids`. Raises
    ValueError at once as `generate` does.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    >>> drawn = [list(generate_with(tiny, [72, 105], 5, [top_k(40)], seed=1)) for _ in range(2)]
    >>> len(drawn[0]), drawn[0] == drawn[1]
    (5, True)
    """
    seeds = None if seed is None else [seed]
    return (id for _, id in generate_many_with(model, [ids], max_new_tokens, steps, seeds=seeds, stop_ids=stop_ids))


def generate_many_with(
    model: Decoder,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    steps: Sequence[Step] = (),
    *,
    seeds: Sequence[int] | None = None,
    stop_ids: Sequence[int] = (),
) -> Iterator[tuple[int, int]]:
    """Continue several texts side by side, yielding (which text, token) as they come.

    The weights are read once for all texts in each step. Every text has its own seed, so it does not depend on its
    neighbours: it is what `generate_with` would write alone, up to rounding. Without seeds the likeliest tokens are
    taken.

    prompts: lists of token ids, of any lengths. Raises ValueError at once as `generate` does, and when there are no
    prompts, or not a seed for each.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    >>> sorted(row for row, _ in generate_many_with(tiny, [[72, 105], [72]], 2, seeds=[0, 1]))
    [0, 0, 1, 1]
    """
    check_mode(model)
    if not len(prompts):
        raise ValueError("there is nothing to continue: give at least one prompt")
    if seeds is not None and len(seeds) != len(prompts):
        raise ValueError(f"{len(prompts)} prompts need a seed each, got {len(seeds)}")
    for prompt in prompts:
        check_prompt(
            torch.as_tensor(prompt), max_new_tokens, model.config.vocab_size, model.config.max_position_embeddings
        )
    generators = None if seeds is None else [torch.Generator().manual_seed(seed) for seed in seeds]
    texts = [torch.as_tensor(prompt).tolist() for prompt in prompts]
    return _write(model, texts, max_new_tokens, steps, generators, frozenset(stop_ids))


@torch.inference_mode()
def _write(
    model: Decoder,
    texts: list[list[int]],
    max_new_tokens: int,
    steps: Sequence[Step],
    generators: list[torch.Generator] | None,
    stop_ids: frozenset[int],
) -> Iterator[tuple[int, int]]:
    """The loop inside `generate_many_with`; `texts` grow as they are written."""
    device = next(model.parameters()).device
    new, mask = pad_left(texts, pad_id=0)
    padding = None if mask.all() else mask.to(device)
    cache, going = model.new_cache(len(texts), new.shape[1] + max_new_tokens), set(range(len(texts)))
    for _ in range(max_new_tokens):
        logits = model(new.to(device), cache, attention_mask=padding, last_only=True)[:, -1].cpu()  # (B, V)
        padding = None  # from now on, every row is a token
        for row in sorted(going):  # texts differ in length, so each goes through the steps alone
            probs = probs_after(logits[row : row + 1], torch.tensor([texts[row]]), steps)
            best = probs.argmax(-1) if generators is None else torch.multinomial(probs, 1, generator=generators[row])
            if best.item() in stop_ids:
                going.discard(row)
            else:
                texts[row].append(best.item())
                yield row, best.item()
        if not going:
            return
        new = torch.tensor([[text[-1]] for text in texts])  # (B, 1); one that has ended is carried along
