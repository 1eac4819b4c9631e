"""Span corruption: nothing is lost, lengths follow the formula, spans are drawn evenly."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.training.span_corruption import corrupt_spans, corrupted_lengths, random_segments, random_spans

SENTINELS = range(10_000, 11_000)


def restore(source, target):
    """The text again: each sentinel of the input is replaced by what follows it in the target."""
    spans, at = {}, None
    for token in target:
        if token in SENTINELS:
            at = spans.setdefault(token, [])
        else:
            at.append(token)
    return [word for token in source for word in spans.get(token, [token])]


@given(st.integers(2, 300), st.floats(0.01, 0.99), st.floats(1, 8), st.integers(0, 2**31))
def test_nothing_is_lost_and_lengths_follow_the_formula(length, density, mean_span, seed):
    ids = list(range(length))
    spans = random_spans(length, torch.Generator().manual_seed(seed), density, mean_span)
    source, target = corrupt_spans(ids, spans, SENTINELS)
    assert restore(source, target) == ids
    noise, n_spans = corrupted_lengths(length, density, mean_span)
    assert sum(stop - start for start, stop in spans) == noise
    assert len(spans) == n_spans
    assert len(source) == length - noise + n_spans
    assert len(target) == noise + n_spans + 1
    assert [token for token in source if token in SENTINELS] == list(SENTINELS[:n_spans])
    assert [token for token in target if token in SENTINELS] == list(SENTINELS[: n_spans + 1])
    assert set(source) & set(target) == set(SENTINELS[:n_spans])


def test_the_lengths_of_the_paper():
    """512 tokens in and 114 out, an end token in each of T5's inputs."""
    noise, spans = corrupted_lengths(568)
    assert 568 - noise + spans + 1 == 512
    assert noise + spans + 1 == 114


def test_density_and_span_length_over_many_draws():
    generator = torch.Generator().manual_seed(0)
    drawn = [random_spans(200, generator) for _ in range(2000)]
    assert {sum(stop - start for start, stop in spans) for spans in drawn} == {30}
    assert {len(spans) for spans in drawn} == {10}
    hit = torch.zeros(200)
    for spans in drawn:
        for start, stop in spans:
            hit[start:stop] += 1
    assert hit[0] == 0
    assert hit[-1] == 2000
    share = hit[20:180] / 2000
    assert 0.13 < share.mean() < 0.15  # a little less than 0.15: the last place is always cut
    assert share.min() > 0.1
    assert share.max() < 0.18


def test_every_cut_is_as_likely():
    generator = torch.Generator().manual_seed(0)
    counts = Counter(tuple(random_segments(6, 3, generator)) for _ in range(5000))
    assert len(counts) == 10  # (5 choose 2)
    assert all(abs(count - 500) < 100 for count in counts.values())


def test_two_tokens_lose_the_second():
    assert random_spans(2, torch.Generator().manual_seed(0)) == [(1, 2)]


def test_hand_worked():
    words = ["Thank", "you", "for", "inviting", "me", "to", "your", "party", "last", "week"]
    ids = list(range(len(words)))
    source, target = corrupt_spans(ids, [(2, 4), (8, 9)], sentinels=[99, 98, 97])
    assert source == [0, 1, 99, 4, 5, 6, 7, 98, 9]
    assert target == [99, 2, 3, 98, 8, 97]


@pytest.mark.parametrize("spans", [[(3, 3)], [(2, 4), (3, 5)], [(4, 9)], [(2, 3), (3, 4)], [(-1, 2)]])
def test_spans_that_are_not_apart_or_leave_the_text_are_refused(spans):
    with pytest.raises(ValueError, match="must lie in 6 tokens"):
        corrupt_spans(range(6), spans, SENTINELS)


def test_sentinels_must_be_enough_and_apart_from_the_text():
    with pytest.raises(ValueError, match="need 2 sentinels, got 1"):
        corrupt_spans(range(6), [(1, 2)], [99])
    with pytest.raises(ValueError, match="holds the sentinels"):
        corrupt_spans(range(6), [(1, 2)], [99, 5])


@pytest.mark.parametrize("wrong", [(1, 0.15, 3), (9, 0.0, 3), (9, 1.0, 3), (9, 0.15, 0.5)])
def test_settings_without_a_meaning_are_refused(wrong):
    with pytest.raises(ValueError, match="span corruption needs"):
        corrupted_lengths(*wrong)
