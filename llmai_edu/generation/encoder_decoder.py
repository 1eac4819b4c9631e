"""Writing with a model that reads one text and writes another: an encoder and a decoder."""

from collections.abc import Sequence

import torch

from llmai_edu.models.t5 import T5

__all__ = ["generate_encoder_decoder"]


@torch.no_grad()
def generate_encoder_decoder(
    model: T5,
    ids: torch.Tensor,
    max_new_tokens: int,
    *,
    attention_mask: torch.Tensor | None = None,
    stop_ids: Sequence[int] | None = None,
) -> list[list[int]]:
    """Read each text of a batch once, then write about all of them together, always the likeliest token next.

    A text ends before the first of `stop_ids` (the model's end token, unless others are given), or after
    `max_new_tokens`. The last token of all is not read again.

    ids: (B, S). attention_mask: (B, S), 0 where `ids` hold padding. Returns a list of ids for each text, without the
    start and the stop. Raises ValueError for a model in training mode or a negative `max_new_tokens`.

    >>> from llmai_edu.models.t5 import T5Config
    >>> model = T5(T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)).eval()
    >>> written = generate_encoder_decoder(model, torch.tensor([[5, 6, 1], [7, 1, 0]]), max_new_tokens=4, stop_ids=())
    >>> [len(text) for text in written]
    [4, 4]
    """
    if model.training:
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens must be at least 0, got {max_new_tokens}")
    stops = frozenset((model.config.eos_token_id,) if stop_ids is None else stop_ids)
    memory = model.encode(ids, attention_mask)  # (B, S, C), read once
    cache = model.new_cache(memory, max(max_new_tokens, 1))
    new = ids.new_full((len(ids), 1), model.config.decoder_start_token_id)
    written: list[list[int]] = [[] for _ in ids]
    going = set(range(len(ids)))
    for _ in range(max_new_tokens):
        new = model.decode(new, memory, attention_mask, cache)[:, -1:].argmax(-1)  # (B, 1)
        for row, token in enumerate(new.flatten().tolist()):
            if token in stops:
                going.discard(row)
            elif row in going:
                written[row].append(token)
        if not going:
            break
    return written
