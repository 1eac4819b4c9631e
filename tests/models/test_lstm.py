"""The written-out LSTM against torch's with the same weights, and against a step worked by hand."""

import math

import pytest
import torch
from torch import nn

from llmai_edu.models.lstm import LSTM, lstm_cell, open_forget_gate


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def pair(channels=3, hidden=5):
    ours = LSTM(channels, hidden, generator=torch.Generator().manual_seed(0))
    theirs = nn.LSTM(channels, hidden, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    return theirs, ours


@pytest.mark.parametrize("length", [1, 2, 30])
@pytest.mark.parametrize("with_state", [True, False])
def test_results_and_gradients_equal_torchs(length, with_state, device):
    x = draw(4, length, 3).to(device)
    state = (draw(1, 4, 5, seed=1).to(device), draw(1, 4, 5, seed=2).to(device)) if with_state else None
    results = []
    for layer in pair():
        layer.to(device)
        y, last = layer(x, state)
        loss = (y * draw(*y.shape, seed=3).to(device)).sum() + last[1].sum()
        loss.backward()
        results.append((y, last, {name: p.grad for name, p in layer.named_parameters()}))
    torch.testing.assert_close(results[1], results[0], rtol=1e-4, atol=1e-5)


def test_a_step_worked_by_hand():
    h, c = lstm_cell(torch.tensor([[0.0, math.log(3), 1.0, 0.0]]), torch.tensor([[2.0]]))
    memory = 0.75 * 2 + 0.5 * math.tanh(1)
    assert c.item() == pytest.approx(memory)
    assert h.item() == pytest.approx(0.5 * math.tanh(memory))


@pytest.mark.parametrize("layers", [1, 2])
def test_an_open_forget_gate_in_torchs_layer(layers):
    lstm = nn.LSTM(3, 4, num_layers=layers, batch_first=True)
    before = {name: p.clone() for name, p in lstm.named_parameters()}
    open_forget_gate(lstm, 2.0)
    after = dict(lstm.named_parameters())
    for layer in range(layers):
        together = after[f"bias_ih_l{layer}"] + after[f"bias_hh_l{layer}"]
        assert together[4:8].tolist() == [2.0] * 4
        for part in (slice(0, 4), slice(8, 16)):
            assert torch.equal(after[f"bias_ih_l{layer}"][part], before[f"bias_ih_l{layer}"][part])
    assert torch.equal(after["weight_hh_l0"], before["weight_hh_l0"])
