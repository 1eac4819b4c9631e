"""Each optimizer against torch's of the same name, by the same gradients, and Adam's first steps by hand."""

import pytest
import torch

from llmai_edu.training.optimizers import SGD, Adam, AdamW, Momentum, Optimizer, set_learning_rate

PAIRS = {
    "sgd": (lambda p: SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "momentum": (lambda p: Momentum(p, 0.1, 0.9), lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
    "adam": (lambda p: Adam(p, 0.01), lambda p: torch.optim.Adam(p, 0.01)),
    "adam with other betas": (
        lambda p: Adam(p, 0.01, betas=(0.5, 0.8), eps=1e-3),
        lambda p: torch.optim.Adam(p, 0.01, betas=(0.5, 0.8), eps=1e-3),
    ),
    "adamw": (
        lambda p: AdamW(p, 0.01, weight_decay=0.3),
        lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.3),
    ),
}


def parameters(device="cpu"):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).to(device).requires_grad_() for shape in ((3, 4), (4,), (2, 1, 2))]


def slope(params, step):
    """A loss with a different shape at each step, so that no two gradients are alike."""
    return sum((p.sin() * (step + 1 + i) ** 0.5 + p**2 / 3).sum() for i, p in enumerate(params))


@pytest.mark.parametrize("name", PAIRS)
def test_a_hundred_steps_equal_torchs(name, device):
    results = []
    for make in PAIRS[name]:
        params = parameters(device)
        optimizer = make(params)
        for step in range(100):
            optimizer.zero_grad()
            slope(params, step).backward()
            set_learning_rate(optimizer, 0.01 * (1 + step % 3))  # as a schedule does
            optimizer.step()
        results.append([p.detach() for p in params])
    torch.testing.assert_close(results[0], results[1], rtol=1e-6, atol=1e-6)
    assert not any(torch.allclose(p, q) for p, q in zip(results[0], parameters(device)))


@pytest.mark.parametrize("name", PAIRS)
def test_a_parameter_without_a_gradient_stays(name):
    params = parameters()
    optimizer = PAIRS[name][0](params)
    params[0].sum().backward()
    optimizer.step()
    assert torch.equal(params[1], parameters()[1])
    assert not torch.equal(params[0], parameters()[0])


def test_adams_first_step_is_the_learning_rate_whatever_the_gradient():
    w = torch.tensor([0.0, 0.0, 0.0])
    w.grad = torch.tensor([1e-3, 1.0, -1e3])
    Adam([w], lr=0.1).step()
    torch.testing.assert_close(w, torch.tensor([-0.1, -0.1, 0.1]), rtol=1e-4, atol=0)


@pytest.mark.parametrize("name", PAIRS)
def test_a_loaded_state_goes_on_bit_for_bit(name):
    def steps(params, optimizer, first, last):
        for step in range(first, last):
            optimizer.zero_grad()
            slope(params, step).backward()
            optimizer.step()

    straight = parameters()
    optimizer = PAIRS[name][0](straight)
    steps(straight, optimizer, 0, 5)
    halfway, state = [p.detach().clone().requires_grad_() for p in straight], optimizer.state_dict()
    resumed = PAIRS[name][0](halfway)
    resumed.load_state_dict(state)
    steps(halfway, resumed, 5, 9)  # first: it must not write into the memory of the other
    steps(straight, optimizer, 5, 9)
    assert all(torch.equal(p, q) for p, q in zip(straight, halfway))


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="learning rate above 0"):
        SGD(parameters(), lr=0.0)
    with pytest.raises(ValueError, match="need parameters"):
        Adam([])
    with pytest.raises(ValueError, match="of 3 parameters, this model has 1"):
        Adam(parameters()[:1]).load_state_dict(Adam(parameters()).state_dict())
    w = parameters()[0]
    w.sum().backward()
    with pytest.raises(NotImplementedError, match="does not say how"):
        Optimizer([w], 0.1).step()
