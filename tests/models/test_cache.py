"""The cache returns what was put in, in order, and refuses what does not fit. (That cached decoding equals
uncached is
tested with the models.)"""

import pytest
import torch

from llmai_edu.models.cache import KVCache


def tokens(count, start=0, batch=2):
    """Keys that carry their position, (B, H=1, T, D=3)."""
    positions = torch.arange(start, start + count, dtype=torch.float32)
    return positions[None, None, :, None].expand(batch, 1, count, 3).clone()


@pytest.fixture
def cache():
    return KVCache(num_layers=2, batch_size=2, num_heads=1, max_length=6, head_dim=3)


def test_returns_everything_appended_so_far_for_each_layer(cache):
    for layer in (0, 1):
        cache.append(layer, tokens(4) + 10 * layer, -tokens(4))
    cache.advance(4)
    for layer in (0, 1):
        keys, values = cache.append(layer, tokens(2, start=4) + 10 * layer, -tokens(2, start=4))
        torch.testing.assert_close(keys, tokens(6) + 10 * layer)
        torch.testing.assert_close(values, -tokens(6))


def test_a_pass_that_was_not_finished_leaves_no_trace(cache):
    cache.append(0, tokens(3), tokens(3))  # no advance
    assert cache.length == 0
    keys, _ = cache.append(0, tokens(1, start=7), tokens(1))
    torch.testing.assert_close(keys, tokens(1, start=7))


def test_truncate_makes_room_for_another_continuation(cache):
    cache.append(0, tokens(5), tokens(5))
    cache.advance(5)
    cache.truncate(2)
    keys, _ = cache.append(0, tokens(1, start=9), tokens(1))
    torch.testing.assert_close(keys, torch.cat((tokens(2), tokens(1, start=9)), dim=2))


def test_holds_exactly_its_length(cache):
    cache.append(0, tokens(6), tokens(6))
    cache.advance(6)
    with pytest.raises(ValueError, match="room for 6 tokens: 6 are in it and 1 more"):
        cache.append(0, tokens(1), tokens(1))


@pytest.mark.parametrize("length", [-1, 1])
def test_refuses_to_be_cut_to_what_it_does_not_hold(cache, length):
    with pytest.raises(ValueError, match="holds 0 tokens"):
        cache.truncate(length)


def test_refuses_another_batch_size_instead_of_repeating_it(cache):
    with pytest.raises(ValueError, match=r"expects keys of shape \(2, 1, 1, 3\), got \(1, 1, 1, 3\)"):
        cache.append(0, tokens(1, batch=1), tokens(1, batch=1))
