"""Backpropagation written out against autograd, finite differences, torch.nn and hand-worked numbers."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.mlp import (
    MLP,
    cross_entropy,
    cross_entropy_backward,
    linear,
    linear_backward,
    mlp_forward,
    tanh_backward,
)


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def model_and_batch(sizes=(5, 7, 6, 4), batch=9):
    model = MLP(sizes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for layer, (_, bias) in enumerate(model.layers):
        bias += draw(*bias.shape, seed=layer)
    return model, draw(batch, sizes[0], seed=1), torch.arange(batch) % sizes[-1]


def test_linear_backward_equals_autograd():
    x, weight, bias, grad = (draw(*shape).requires_grad_() for shape in ((6, 3), (3, 4), (4,), (6, 4)))
    expected = torch.autograd.grad(linear(x, weight, bias), (x, weight, bias), grad)
    torch.testing.assert_close(linear_backward(grad, x, weight), expected)


def test_tanh_backward_equals_autograd():
    x, grad = draw(50).requires_grad_(), draw(50, seed=1)
    torch.testing.assert_close(tanh_backward(grad, x.tanh()), torch.autograd.grad(x.tanh(), x, grad)[0])


def test_cross_entropy_and_its_gradient_equal_torch():
    logits, targets = (100 * draw(6, 5)).requires_grad_(), torch.tensor([0, 1, 2, 3, 4, 0])
    expected = F.cross_entropy(logits, targets)
    torch.testing.assert_close(cross_entropy(logits, targets), expected)
    (grad,) = torch.autograd.grad(expected, logits)
    torch.testing.assert_close(cross_entropy_backward(logits.detach(), targets), grad)


def test_large_logits_do_not_overflow():
    assert cross_entropy(torch.tensor([[1000.0, 0.0]]), torch.tensor([1])).item() == 1000


def test_forward_equals_torch_with_copied_weights():
    model, x, _ = model_and_batch()
    theirs = []
    for weight, bias in model.layers:
        layer = nn.Linear(*weight.shape, dtype=torch.float64)
        layer.load_state_dict({"weight": weight.T, "bias": bias})
        theirs += [layer, nn.Tanh()]
    torch.testing.assert_close(model(x), nn.Sequential(*theirs[:-1])(x))


@pytest.mark.parametrize("sizes", [(5, 4), (5, 7, 4), (5, 7, 6, 4)])
def test_backward_equals_autograd_at_every_depth(sizes):
    model, x, targets = model_and_batch(sizes)
    loss = model.loss_and_grad(x, targets)
    ours = [p.grad for p in model.parameters()]
    layers = [tuple(p.clone().requires_grad_() for p in layer) for layer in model.layers]
    expected_loss = F.cross_entropy(mlp_forward(x, layers)[0], targets)
    expected = torch.autograd.grad(expected_loss, [p for layer in layers for p in layer])
    assert loss == pytest.approx(expected_loss.item())
    torch.testing.assert_close(ours, list(expected))


def test_backward_equals_finite_differences():
    model, x, targets = model_and_batch()
    model.loss_and_grad(x, targets)
    for p in model.parameters():
        numbers, grads = p.view(-1), p.grad.flatten()
        for i in range(0, len(numbers), 5):
            values = []
            for step in (1e-5, -1e-5):
                numbers[i] += step
                values.append(cross_entropy(model(x), targets).item())
                numbers[i] -= step
            assert (values[0] - values[1]) / 2e-5 == pytest.approx(grads[i].item(), abs=1e-8)


def test_a_network_worked_by_hand():
    model = MLP([1, 1, 2])
    for p, value in zip(model.parameters(), ([[1.0]], [0.0], [[1.0, -1.0]], [0.0, 0.0])):
        p.copy_(torch.tensor(value))
    loss = model.loss_and_grad(torch.tensor([[1.0]]), torch.tensor([0]))
    t = math.tanh(1)
    wrong = 1 / (1 + math.exp(2 * t))  # the share that goes to the wrong class
    assert loss == pytest.approx(-math.log(1 - wrong))
    w1, b1, w2, b2 = (p.grad.flatten().tolist() for p in model.parameters())
    assert b2 == pytest.approx([-wrong, wrong])
    assert w2 == pytest.approx([-wrong * t, wrong * t])
    assert w1 == b1 == pytest.approx([-2 * wrong * (1 - t * t)])


def test_torch_optimizers_accept_its_parameters():
    model, x, targets = model_and_batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(50):
        losses.append(model.loss_and_grad(x, targets))
        optimizer.step()
    assert losses[-1] < 0.3 * losses[0]


def test_refuses_a_single_size():
    with pytest.raises(ValueError, match="at least two"):
        MLP([3])
