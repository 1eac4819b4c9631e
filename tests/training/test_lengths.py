"""Batches by length: every example once an epoch, little padding, and a position that can be saved."""

import pytest
import torch

from llmai_edu.training.lengths import LengthBatches


def batches_of(lengths, seed=0, **settings):
    settings = {"batch_size": 8, "noise": 3.0} | settings
    number = torch.arange(len(lengths))
    return LengthBatches((number,), lengths, generator=torch.Generator().manual_seed(seed), **settings)


def lengths(n=50, seed=1):
    return torch.randint(1, 30, (n,), generator=torch.Generator().manual_seed(seed))


def test_every_example_comes_once_an_epoch_and_in_another_order():
    batches = batches_of(lengths())
    epochs = [torch.cat([next(batches)[0] for _ in range(7)]).tolist() for _ in range(3)]
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_batch_holds_lengths_that_differ_little(noise):
    size, batches = torch.arange(48) % 12, batches_of(torch.arange(48) % 12, noise=noise)
    for _ in range(18):
        found = size[next(batches)[0]]
        assert found.max() - found.min() <= 2 * noise + 2


def test_companions_change_with_noise():
    batches = batches_of(lengths())
    first, second = ({frozenset(next(batches)[0].tolist()) for _ in range(7)} for _ in range(2))
    assert first != second


def test_goes_on_where_it_was_saved():
    batches = batches_of(lengths())
    for _ in range(3):
        next(batches)
    other = batches_of(lengths(), seed=9)
    other.load_state_dict(batches.state_dict())
    for _ in range(20):
        assert torch.equal(next(batches)[0], next(other)[0])


def test_refuses_unequal_numbers_of_examples():
    with pytest.raises(ValueError, match="one size"):
        LengthBatches((torch.arange(3),), torch.arange(4), 2, generator=torch.Generator())
