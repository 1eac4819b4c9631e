"""Training on new batches: as many as there are steps, with a smaller loss at the end."""

import pytest
import torch
from torch import nn

from llmai_edu.training.fresh_batches import train_fresh


def test_draws_a_batch_a_step_and_learns():
    torch.manual_seed(0)
    generator, drawn = torch.Generator().manual_seed(0), []

    def draw():
        drawn.append(torch.randn(16, 3, generator=generator))
        return drawn[-1]

    target = torch.tensor([[1.0], [-2.0], [0.5]])
    loss = lambda model, x: (model(x) - x @ target).square().mean()
    model = nn.Linear(3, 1)
    before = loss(model, draw()).item()
    drawn.clear()
    assert train_fresh(model, loss, draw, steps=150, lr=0.1) is model
    assert len(drawn) == 150
    assert not model.training
    assert loss(model, draw()).item() < before / 100


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="at least one step"):
        train_fresh(nn.Linear(1, 1), lambda model, x: model(x).sum(), lambda: torch.ones(1, 1), steps=0, lr=0.1)
