"""Training on a task whose examples are made as they are needed: no data set, and so no epochs."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from llmai_edu.training.trainer import Trainer, cosine

__all__ = ["train_fresh"]


def train_fresh(
    model: nn.Module,
    loss: Callable[[Any, Any], torch.Tensor],
    draw: Callable[[], Any],
    steps: int,
    lr: float,
) -> Any:
    """Train for some steps, each on a batch that nobody has seen before, and return the model in evaluation mode.

    Adam, with a learning rate that falls from `lr` along a cosine, and gradients clipped at 1. loss(model, batch): a
    number to make small. draw(): a new batch. Raises ValueError for fewer than one step.

    >>> model = nn.Linear(1, 1)
    >>> batch = lambda: torch.ones(4, 1)
    >>> train_fresh(model, lambda model, x: (model(x) ** 2).mean(), batch, steps=2, lr=0.01).training
    False
    """
    if steps < 1:
        raise ValueError(f"train for at least one step, got {steps}")
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    # `iter(draw, None)` calls draw() again and again, without an end.
    Trainer(model, loss, iter(draw, None), optimizer, clip=1.0, schedule=cosine, progress=False).run(steps=steps)
    return model.eval()
