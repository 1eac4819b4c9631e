"""A random copy has the spread of the real model and leaves it alone; a hook notes, and goes."""

import pytest
import torch
from torch import nn

from llmai_edu.pretrained.control import noted, randomized


def model():
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Linear(50, 80), nn.LayerNorm(80), nn.Linear(80, 1))
    with torch.no_grad():
        layers[0].weight.mul_(7).add_(3)
    return layers


def test_a_random_copy_has_the_mean_and_spread_of_each_tensor():
    real = model()
    before = {name: tensor.clone() for name, tensor in real.state_dict().items()}
    other = randomized(real, seed=1)
    for (name, ours), theirs in zip(other.named_parameters(), real.parameters()):
        assert torch.equal(theirs, before[name])
        if theirs.numel() > 1 and theirs.std() > 0:
            assert not torch.equal(ours, theirs)
    weight = other[0].weight
    assert abs(weight.mean() - real[0].weight.mean()) < 0.1
    assert abs(weight.std() / real[0].weight.std() - 1) < 0.05
    together = torch.stack([weight.flatten(), real[0].weight.flatten()])
    assert abs(torch.corrcoef(together)[0, 1]) < 0.1


def test_equal_seeds_make_equal_copies():
    one, same, other = (randomized(model(), seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_notes_what_goes_in_and_comes_out_and_takes_the_hook_off():
    layer, x = nn.Linear(3, 2), torch.ones(1, 3)
    with noted(layer) as seen:
        assert seen == {}
        y = layer(x)
    assert seen["x"] is x
    assert seen["out"] is y
    layer(torch.zeros(1, 3))
    assert seen["x"] is x
    assert not layer._forward_hooks


def test_the_hook_goes_when_the_block_fails():
    layer = nn.Linear(3, 2)
    with pytest.raises(RuntimeError), noted(layer):
        layer(torch.ones(1, 5))
    assert not layer._forward_hooks
