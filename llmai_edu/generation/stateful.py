"""Writing with a model that carries a state: an MLP, an RNN, an LSTM.

The state plays the part of the KV cache of `generate`, and never grows: the thousandth token costs what the first did.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import nn

from llmai_edu.generation.sampling import check_sampling, sample
from llmai_edu.models.state import State

__all__ = ["generate_stateful"]


def generate_stateful(
    model: nn.Module,
    ids: Sequence[int],
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
    stop_ids: Sequence[int] = (),
) -> Iterator[int]:
    """Continue a text token by token, yielding each as soon as it is known.

    Ends after `max_new_tokens`, or before the first of `stop_ids`, which is not yielded.

    model: (ids, state) -> (logits (B, T, V), state), in evaluation mode. ids: the prompt; the id that stands before a
    text begins one. Raises ValueError at once for an empty prompt, a model in training mode, or sampling values
    without a meaning.

    >>> from llmai_edu.models.mlp_lm import MLPLM
    >>> model = MLPLM(256, context=4, channels=8, hidden=16).eval()
    >>> len(list(generate_stateful(model, [72, 105], max_new_tokens=5)))
    5
    """
    check_sampling(temperature, top_k, top_p)
    if not len(ids):
        raise ValueError("the prompt is empty: give at least the id that stands before a text")
    if model.training:
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
    device = next(model.parameters()).device
    prompt = torch.as_tensor(ids, device=device)[None]  # (1, T)
    return _tokens(model, prompt, max_new_tokens, (temperature, top_k, top_p, generator), frozenset(stop_ids))


@torch.inference_mode()
def _tokens(
    model: nn.Module, new: torch.Tensor, max_new_tokens: int, sampling: tuple, stop_ids: frozenset[int]
) -> Iterator[int]:
    state: State = None
    for _ in range(max_new_tokens):
        logits, state = model(new, state)  # first the whole prompt; from then on one token at a time
        new = sample(logits[:, -1], *sampling)[:, None]  # (1, 1)
        if new.item() in stop_ids:
            return
        yield new.item()
