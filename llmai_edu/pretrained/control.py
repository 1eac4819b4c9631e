"""Controls for what is read in a finished model: the same model with random weights, and what went into a layer."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

__all__ = ["noted", "randomized"]


@torch.no_grad()
def randomized(model: nn.Module, seed: int) -> Any:
    """Return a copy of a model with random parameters: each tensor normal, with the mean and spread of the real one.

    What the copy does too, the training did not bring about. The model itself stays as it is.

    >>> layer = nn.Linear(100, 100).requires_grad_(False)
    >>> other = randomized(layer, seed=0)
    >>> round(float(other.weight.std() / layer.weight.std()), 1), bool((other.weight == layer.weight).any())
    (1.0, False)
    """
    other = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    for parameter in other.parameters():
        mean, spread = parameter.mean().item(), parameter.std(unbiased=parameter.numel() > 1).item()
        parameter.normal_(mean, spread, generator=generator)
    return other


@contextmanager
def noted(layer: nn.Module) -> Iterator[dict]:
    """Note a layer's first input, under "x", and its output, under "out", while the block below runs.

    A hook is a function that torch calls whenever the layer is called; it is taken off at the end. Without a call of
    the layer the dictionary stays empty.

    >>> layer = nn.ReLU()
    >>> with noted(layer) as seen:
    ...     _ = layer(torch.tensor([-1.0, 2.0]))
    >>> seen["out"].tolist()
    [0.0, 2.0]
    """
    seen: dict = {}
    hook = layer.register_forward_hook(lambda _, args, out: seen.update(x=args[0], out=out))
    try:
        yield seen
    finally:
        hook.remove()
