"""The cache returns what was put in, in order, and refuses what does not fit. (That cached decoding equals
uncached is
tested with the models.)"""

import pytest
import torch

from llmai_edu.models.cache import KVCache, place_tokens


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


# With a window, which is 3 here: a store of 6 slots, however long the text.


@pytest.fixture
def windowed():
    return KVCache(num_layers=1, batch_size=2, num_heads=1, max_length=50, head_dim=3, window=3)


def read(cache, count):
    """Let a cache of one layer read as a model would; returns the positions of the keys that it shows."""
    cache.make_room(count)
    keys, values = cache.append(0, tokens(count, cache.length), -tokens(count, cache.length))
    cache.advance(count)
    assert torch.equal(values, -keys)
    return keys[0, 0, :, 0].int().tolist()


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 9])
def test_shows_the_new_tokens_and_the_window_before_them(windowed, step):
    for start in range(0, 45, step):
        assert read(windowed, step) == list(range(max(0, start - 2), start + step))
        assert windowed.keys[0].shape[2] <= max(6, 2 + step)
    assert windowed.length >= 45


def test_after_a_long_pass_the_store_shrinks_again(windowed):
    read(windowed, 20)
    assert windowed.keys[0].shape[2] == 20
    read(windowed, 1)
    assert windowed.keys[0].shape[2] == 6


def test_cut_within_the_window_and_no_further(windowed):
    read(windowed, 6)
    read(windowed, 1)  # 0 to 3 are dropped
    for length in (1, 5):
        with pytest.raises(ValueError, match=f"dropped tokens that a text of {length} needs"):
            windowed.truncate(length)
    assert windowed.length == 7
    windowed.truncate(6)
    assert read(windowed, 2) == [4, 5, 6, 7]


def test_an_empty_text_needs_nothing_that_was_dropped(windowed):
    place_tokens(torch.zeros(2, 4), torch.tensor([[0, 1, 1, 1], [1, 1, 1, 1]]), windowed, window=3)
    for _ in range(10):
        read(windowed, 1)
    windowed.truncate(0)
    assert (windowed.length, windowed.stored, windowed.padded) == (0, 0, False)
    assert windowed.texts().tolist() == [[0], [0]]
    assert read(windowed, 2) == [0, 1]


def test_counts_the_tokens_of_each_text_that_have_been_dropped(windowed):
    mask = torch.ones(2, 20, dtype=torch.int64)
    mask[0, :15] = 0
    for t in range(20):
        positions, _ = place_tokens(torch.zeros(2, 1), mask[:, t : t + 1], windowed, window=3)
        read(windowed, 1)
        assert positions.tolist() == [[max(0, t - 15)], [t]]
    assert windowed.texts().tolist() == [[5], [20]]


@pytest.mark.parametrize("window", [None, 4])
def test_refuses_a_model_that_looks_further_back_than_the_cache(windowed, window):
    with pytest.raises(ValueError, match=r"the cache keeps 3 tokens, the model looks back at .*: use new_cache\(\)"):
        place_tokens(torch.zeros(2, 1), None, windowed, window)
    assert (windowed.length, windowed.padded) == (0, False)


@pytest.mark.parametrize("kept", [None, 5])
def test_a_cache_that_keeps_more_than_the_window_shows_no_more(kept):
    cache = KVCache(num_layers=1, batch_size=1, num_heads=1, max_length=50, head_dim=3, window=kept)
    for t in range(12):
        _, mask = place_tokens(torch.zeros(1, 1), None, cache, window=3)
        cache.make_room(1)
        keys, _ = cache.append(0, tokens(1, t, batch=1), tokens(1, t, batch=1))
        cache.advance(1)
        shown = keys[0, 0, :, 0] if mask is None else keys[0, 0, mask.flatten(), 0]
        assert shown.tolist() == list(range(max(0, t - 2), t + 1))


# Where tokens stand.


def test_padding_of_a_pass_that_failed_is_forgotten(cache):
    place_tokens(torch.zeros(2, 3), torch.tensor([[0, 0, 1], [0, 1, 1]]), cache)  # and then, no advance
    positions, mask = place_tokens(torch.zeros(2, 2), None, cache)
    assert positions.tolist() == [[0, 1], [0, 1]]
    assert mask.all()


def test_a_chunk_of_padding_alone_moves_nobody(cache):
    for chunk, expected in (([0, 0], [0, 0]), ([0, 1], [0, 0]), ([1, 1], [1, 2])):
        mask = torch.tensor([chunk, [1, 1]])
        positions, _ = place_tokens(torch.zeros(2, 2), mask, cache)
        assert positions[0].tolist() == expected
        assert positions[1].tolist() == [cache.length, cache.length + 1]
        cache.advance(2)


def test_any_mark_but_0_is_a_token():
    marks = torch.tensor([[0, 2, 3]])  # as texts packed into one row are numbered
    assert place_tokens(torch.zeros(1, 3), marks)[0].tolist() == [[0, 0, 1]]
