"""The Elman layer against torch's, backpropagation through time against autograd, gradients against Jacobians."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.models.rnn import RNN, bptt, gradient_norms, rnn_states, truncated_bptt


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def pair(channels=3, hidden=5):
    """torch's layer with random weights, and ours with the same."""
    ours = RNN(channels, hidden, generator=torch.Generator().manual_seed(0))
    theirs = nn.RNN(channels, hidden, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    return theirs, ours


@pytest.mark.parametrize("length", [1, 2, 30])
def test_results_and_gradients_equal_torchs(length, device):
    x, h = draw(4, length, 3).to(device), draw(1, 4, 5).to(device)
    results = []
    for layer in pair():
        layer.to(device)
        y, last = layer(x, h)
        (y * draw(*y.shape, seed=2).to(device)).sum().backward()
        results.append((y, last, {name: p.grad for name, p in layer.named_parameters()}))
    torch.testing.assert_close(results[1], results[0], rtol=1e-4, atol=1e-5)


def test_without_a_state_it_starts_at_zero():
    theirs, ours = pair()
    torch.testing.assert_close(ours(draw(2, 4, 3)), theirs(draw(2, 4, 3)))


def test_written_out_bptt_equals_autograd():
    x, h, w_ih, w_hh, bias = (
        draw(*shape, seed=i).double() for i, shape in enumerate([(4, 7, 3), (4, 5), (5, 3), (5, 5), (5,)])
    )
    grad = draw(4, 7, 5, seed=9).double()
    inputs = [t.requires_grad_() for t in (w_ih, w_hh, bias, x)]
    states = rnn_states(x, h, w_ih, w_hh, bias)
    expected = torch.autograd.grad(states[:, 1:], inputs, grad)
    with torch.no_grad():
        ours = bptt(grad, x, states, w_ih, w_hh)
    torch.testing.assert_close(tuple(ours), expected)


def language_model():
    return RecurrentLM(11, RNN(4, 6), generator=torch.Generator().manual_seed(0)).double()


def test_truncation_at_the_whole_length_is_full_backpropagation():
    ids = torch.arange(40).reshape(2, 20) % 11
    model = language_model()
    loss, _ = truncated_bptt(model, ids[:, :-1], ids[:, 1:], steps=19)
    truncated = {name: p.grad for name, p in model.named_parameters()}
    model.zero_grad()
    full = F.cross_entropy(model(ids[:, :-1])[0].flatten(0, 1), ids[:, 1:].flatten())
    full.backward()
    assert loss == pytest.approx(full.item())
    torch.testing.assert_close(truncated, {name: p.grad for name, p in model.named_parameters()})


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_truncation_keeps_the_loss_and_cuts_the_gradient(steps):
    ids = torch.randint(11, (2, 20), generator=torch.Generator().manual_seed(0))
    model = language_model()
    full, state = truncated_bptt(model, ids[:, :-1], ids[:, 1:], steps=19)
    full_grad = model.recurrent.weight_hh_l0.grad
    model.zero_grad()
    cut, cut_state = truncated_bptt(model, ids[:, :-1], ids[:, 1:], steps=steps)
    assert cut == pytest.approx(full)
    torch.testing.assert_close(cut_state, state)
    assert not torch.allclose(model.recurrent.weight_hh_l0.grad, full_grad)


def test_truncated_at_one_step_by_hand():
    # With pieces of one step the recurrent matrix gets, from each step, only its own outer product.
    layer, x = RNN(3, 5, generator=torch.Generator().manual_seed(0)).double(), draw(2, 6, 3).double()
    states, grad = layer(x)[0].detach(), draw(2, 6, 5, seed=3).double()
    before = torch.cat((torch.zeros(2, 1, 5).double(), states[:, :-1]), dim=1)
    expected = torch.einsum("bth,btk->hk", grad * (1 - states**2), before)
    state = None
    for t in range(6):
        y, state = layer(x[:, t : t + 1], None if state is None else state.detach())
        (y[:, 0] * grad[:, t]).sum().backward()
    torch.testing.assert_close(layer.weight_hh_l0.grad, expected)


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_gradient_norms_equal_the_product_of_jacobians(layer):
    layer = layer(3, 5) if layer is RNN else layer(3, 5, batch_first=True)
    layer.double()
    x = draw(1, 8, 3).double()
    norms = gradient_norms(layer, x, generator=torch.Generator().manual_seed(1))
    direction = F.normalize(torch.randn(1, 5, generator=torch.Generator().manual_seed(1)), dim=1)
    states = layer(x)[0][0].detach().numpy()
    w_ih, w_hh = (w.detach().numpy() for w in (layer.weight_ih_l0, layer.weight_hh_l0))
    row, expected = direction[0].double().numpy(), []
    for h in states[::-1]:
        row = row * (1 - h**2)
        expected.insert(0, np.linalg.norm(row @ w_ih))
        row = row @ w_hh
    np.testing.assert_allclose(norms, expected, rtol=1e-6)


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.5])
def test_a_rotation_times_a_gain_changes_the_norm_by_that_gain_a_step(gain):
    layer = RNN(4, 4).double()
    with torch.no_grad():  # at a state of zero tanh is the identity, so nothing but the matrix acts
        for p in layer.parameters():
            p.zero_()
        layer.weight_ih_l0.copy_(torch.eye(4))
        nn.init.orthogonal_(layer.weight_hh_l0, gain, generator=torch.Generator().manual_seed(0))
    norms = gradient_norms(layer, torch.zeros(1, 51, 4).double(), generator=torch.Generator().manual_seed(0))
    assert norms[0] / norms[-1] == pytest.approx(gain**50, rel=1e-4)
