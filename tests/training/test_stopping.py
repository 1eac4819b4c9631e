"""Patience is counted in evaluations without a better one, and the best weights come back."""

import pytest
import torch
from torch import nn

from llmai_edu.training.stopping import EarlyStopping


def run(values, patience):
    """Give the model weights that say which evaluation they belong to; return where it stopped."""
    stopping, model = EarlyStopping(patience), nn.Linear(1, 1, bias=False)
    for i, value in enumerate(values):
        nn.init.constant_(model.weight, i)
        if stopping.update(value, model):
            break
    stopping.restore(model)
    return i, model.weight.item()


@pytest.mark.parametrize(
    ("values", "patience", "stopped", "best"),
    [
        ([5, 4, 3, 2], 1, 3, 3),
        ([5, 4, 4.5, 3], 1, 2, 1),
        ([5, 4, 4.5, 3, 6, 7], 2, 5, 3),
        ([5, 5, 5], 2, 2, 0),  # as good is not better
        ([5, float("nan"), 4], 2, 2, 2),
    ],
)
def test_when_it_stops_and_what_comes_back(values, patience, stopped, best):
    assert run(values, patience) == (stopped, best)


def test_its_state_goes_on():
    first, second, model = EarlyStopping(2), EarlyStopping(2), nn.Linear(1, 1)
    first.update(1.0, model)
    first.update(2.0, model)
    second.load_state_dict(first.state_dict())
    assert second.update(2.0, model)
    assert torch.equal(second.weights["weight"], model.weight)


def test_no_patience_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        EarlyStopping(0)
