"""Several texts at once, each up to its own end: a text that is finished leaves the batch, and costs nothing more."""

from collections.abc import Sequence
from typing import Protocol

import torch

from llmai_edu.generation.batch import pad_left
from llmai_edu.generation.beam import reorder
from llmai_edu.generation.decoder import Decoder, check_mode
from llmai_edu.generation.sampling import check_prompt, check_sampling, sample

__all__ = ["Writer", "generate_until"]


class Writer(Protocol):
    """What is asked of a tokenizer here."""

    def decode(self, ids: list[int]) -> str:
        """The text of some ids."""
        ...


@torch.inference_mode()
def generate_until(
    model: Decoder,
    tokenizer: Writer,
    prompts: Sequence[Sequence[int]],
    max_new_tokens: int,
    stops: Sequence[str],
    *,
    stop_ids: Sequence[int] = (),
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> list[str]:
    """Continue several texts side by side, each up to the first of `stops`, which is cut off.

    A text also ends before one of `stop_ids` and after `max_new_tokens`. Greedy, each gets the tokens that it would
    get alone. prompts: lists of token ids. Returns what was added to each, as text. Raises ValueError as
    `generate_batch`, and for an empty stop string or a single one instead of a list.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> from llmai_edu.tokenizers import train_bpe
    >>> tiny = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0)).eval()
    >>> letters = train_bpe("", 256)
    >>> len(generate_until(tiny, letters, [[72, 105], [72]], 5, ["never"]))
    2
    """
    check_mode(model)
    check_sampling(temperature, None, None)
    if isinstance(stops, str) or not all(stops):
        raise ValueError(f"stops must be a list of strings of at least one character, got {stops!r}")
    if not len(prompts):
        raise ValueError("there is nothing to continue: give at least one prompt")
    for prompt in prompts:
        config = model.config
        check_prompt(torch.as_tensor(prompt), max_new_tokens, config.vocab_size, config.max_position_embeddings)
    device = next(model.parameters()).device
    new, mask = (part.to(device) for part in pad_left(prompts, 0))
    cache, padding = model.new_cache(len(prompts), new.shape[1] + max_new_tokens), None if mask.all() else mask
    added: list[list[int]] = [[] for _ in prompts]
    going = list(range(len(prompts)))  # which text stands in which row of the batch
    for _ in range(max_new_tokens):
        logits = model(new, cache, attention_mask=padding, last_only=True)[:, -1]  # (rows, V)
        new, padding = sample(logits, temperature, None, None, generator)[:, None], None  # (rows, 1)
        rows = []  # those that go on
        for row, (text, id) in enumerate(zip(going, new.flatten().tolist())):
            if id not in stop_ids:
                added[text].append(id)
                if first_stop(tokenizer.decode(added[text]), stops) is None:
                    rows.append(row)
        if not rows:
            break
        if len(rows) < len(going):
            keep = torch.tensor(rows, device=device)
            reorder(cache, keep)
            new, going = new[keep], [going[row] for row in rows]
    texts = [tokenizer.decode(ids) for ids in added]
    return [text[: first_stop(text, stops)] for text in texts]


def first_stop(text: str, stops: Sequence[str]) -> int | None:
    """Where the first stop string begins; None where there is none.

    >>> first_stop("a\\nb\\ndef c", ["\\ndef", "\\nclass"]), first_stop("a", ["b"])
    (3, None)
    """
    return min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)
