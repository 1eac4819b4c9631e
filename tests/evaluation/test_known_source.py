"""The exact entropy against brute-force enumeration, linear algebra, samples, and a model that reaches it."""

import math
from itertools import pairwise

import numpy as np
import pytest

from llmai_edu.evaluation.known_source import known_source
from llmai_edu.models.kneser_ney import ModifiedKneserNey

TINY = known_source(seed=3, letters="ab", brackets="()[]", bracket_rate=0.2, concentration=0.5)


def block_entropy(source, length: int) -> float:
    """Entropy of all words of a length in the stationary source, by writing down every one of them."""
    words = source.stationary()[None, :]  # (words, S): probability of the word and of being in the state after it
    for _ in range(length):
        flow = words[:, :, None] * source.probs  # (words, S, V)
        longer = np.zeros((len(words), len(source.symbols), len(source.probs)))
        for state in range(len(source.probs)):
            for v in range(len(source.symbols)):
                longer[:, v, source.next_state[state, v]] += flow[:, state, v]
        words = longer.reshape(-1, len(source.probs))
    p = words.sum(axis=1)
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


def test_floors_equal_the_enumeration_of_all_words():
    blocks = [block_entropy(TINY, length) for length in range(2, 7)]
    for context, (shorter, longer) in enumerate(pairwise(blocks), 2):
        assert longer - shorter == pytest.approx(TINY.floor(context), abs=1e-9)
    assert TINY.entropy_rate < TINY.floor(5) < TINY.floor(2)
    assert TINY.floor(500) == pytest.approx(TINY.entropy_rate)


def test_a_plain_markov_source_has_no_more_to_give_after_two_symbols():
    plain = known_source(seed=1, letters="abc", brackets="", concentration=0.5)
    assert block_entropy(plain, 3) - block_entropy(plain, 2) == pytest.approx(plain.entropy_rate, abs=1e-9)
    assert plain.floor(2) == plain.floor(9) == plain.entropy_rate


def test_entropy_of_a_source_worked_by_hand():
    # One letter; at each moment a bracket with probability 1/2: outside one of two kinds, inside the only one.
    # Outside: 1/2 * 1 bit + 2 * 1/4 * 2 bits = 1.5 bits. Inside: 1 bit. Half of the time each.
    source = known_source(seed=0, letters="a", brackets="()[]", bracket_rate=0.5)
    assert source.entropy_rate == pytest.approx(1.25, abs=1e-12)
    # Not seeing a bracket: "a" with 1/2, four brackets with 1/8 each: 0.5 + 4 * 3/8 = 2 bits, with probability 1/4.
    assert source.floor(2) == pytest.approx(1.25 + 0.25 * 0.75, abs=1e-12)


def test_stationary_shares_by_linear_algebra():
    n = len(TINY.probs)
    move = np.zeros((n, n))
    for state in range(n):
        np.add.at(move[state], TINY.next_state[state], TINY.probs[state])
    equations = np.vstack([move.T - np.eye(n), np.ones(n)])
    solved = np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0))[0]
    np.testing.assert_allclose(TINY.stationary(), solved, atol=1e-12)


def test_a_long_sample_costs_what_the_entropy_rate_says():
    source = known_source(seed=0)
    bits = -source.log_prob(source.sample(200_000, np.random.default_rng(1))) / math.log(2)
    error = bits.reshape(200, 1000).mean(axis=1).std() / math.sqrt(200)
    assert abs(bits.mean() - source.entropy_rate) < 4 * error
    assert error < 0.01


def test_brackets_match_and_come_at_their_rate():
    text = known_source(seed=0).sample(50_000, np.random.default_rng(2)).decode()
    opened = [symbol for symbol in text if symbol in "()[]{}<>"]
    assert len(opened) == pytest.approx(5000, rel=0.06)
    for left, right in zip(opened[::2], opened[1::2]):
        assert left + right in ("()", "[]", "{}", "<>")


def test_an_ngram_model_reaches_its_own_floor_and_stays_above_the_sources():
    train, test = (TINY.sample(n, np.random.default_rng(n)) for n in (60_000, 20_000))
    luck = -TINY.log_prob(test).mean() / math.log(2) - TINY.entropy_rate
    model = ModifiedKneserNey.fit([train], order=4)
    bits = -model.log_prob(test).mean() / math.log(2) - luck
    assert bits == pytest.approx(TINY.floor(3), rel=0.02)
    assert bits > 1.03 * TINY.entropy_rate


def test_what_the_source_cannot_say_is_impossible_or_refused():
    assert np.isneginf(TINY.log_prob(b"(]")[1])
    with pytest.raises(ValueError, match="never emits b'z'"):
        TINY.log_prob(b"az")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"brackets": "()["}, "pairs"),
        ({"letters": "aa"}, "twice"),
        ({"bracket_rate": 1.0}, "bracket_rate"),
        ({"concentration": 0.0}, "concentration"),
    ],
)
def test_bad_options_are_refused_with_a_reason(options, message):
    with pytest.raises(ValueError, match=message):
        known_source(seed=0, **options)
    with pytest.raises(ValueError, match="at least 2"):
        TINY.floor(1)
