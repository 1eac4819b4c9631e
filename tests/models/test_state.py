"""States of every kind: none, one tensor, several."""

import pytest
import torch

from llmai_edu.models.state import detach, first_rows, map_state


@pytest.mark.parametrize("layer", [torch.nn.RNN, torch.nn.LSTM])
def test_what_torchs_layers_carry_can_be_cut_and_detached(layer):
    layer = layer(3, 4, batch_first=True)
    x = torch.randn(5, 2, 3)
    _, state = layer(x)
    cut = detach(first_rows(state, 2))
    y, _ = layer(x[:2], cut)
    torch.testing.assert_close(y, layer(x, state)[0][:2])
    (grad,) = torch.autograd.grad(layer(x[:2], cut)[0].sum(), layer.weight_hh_l0)
    full = torch.autograd.grad(layer(x[:2], first_rows(state, 2))[0].sum(), layer.weight_hh_l0)[0]
    assert not torch.allclose(grad, full)  # the first half has its share only where it is not cut off


def test_the_start_of_a_text_stays_the_start():
    assert map_state(torch.neg, None) is None
