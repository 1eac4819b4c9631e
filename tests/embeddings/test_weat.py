"""Effect size and p-value worked by hand and by trying every split."""

from itertools import permutations

import numpy as np
import pytest

from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.embeddings.weat import association, effect_size, permutation_p, weat

# In the plane the association with a = (1, 0) against b = (0, 1) is cos - sin of the angle.
ANGLES = {"x1": 0, "x2": 30, "y1": 60, "y2": 90, "a": 0, "b": 90}
PLANE = WordVectors(list(ANGLES), 5 * np.array([[np.cos(t), np.sin(t)] for t in np.radians(list(ANGLES.values()))]))


def test_weat_by_hand():
    # associations: 1, .3660, -.3660, -1; means .6830 and -.6830; deviation sqrt(2.2679 / 3) = .8695
    found = weat(PLANE, ["x1", "x2"], ["y1", "y2"], ["a"], ["b"], rng=np.random.default_rng(0))
    assert found.effect == pytest.approx(1.366025 / np.sqrt(2 * (1 + 0.366025**2) / 3), abs=1e-5)
    assert (found.p, found.exact) == (1 / 6, True)


def test_swapping_targets_or_attributes_turns_the_sign():
    rng = np.random.default_rng(0)
    x, y = ["x1", "x2"], ["y1", "y2"]
    forth = weat(PLANE, x, y, ["a"], ["b"], rng=rng).effect
    assert weat(PLANE, y, x, ["a"], ["b"], rng=rng).effect == pytest.approx(-forth)
    assert weat(PLANE, x, y, ["b"], ["a"], rng=rng).effect == pytest.approx(-forth)


def test_association_is_the_difference_of_mean_cosines():
    rng = np.random.default_rng(0)
    w, a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in rng.normal(size=(3, 4, 5)))
    by_loop = [np.mean([v @ s for s in a]) - np.mean([v @ s for s in b]) for v in w]
    np.testing.assert_allclose(association(w, a, b), by_loop)


def test_the_exact_p_is_the_share_of_all_orders():
    values = np.random.default_rng(3).normal(size=6)
    observed = values[:3].mean() - values[3:].mean()
    orders = [np.mean(order[:3]) - np.mean(order[3:]) for order in permutations(values)]
    p, exact = permutation_p(values[:3], values[3:], np.random.default_rng(0))
    assert exact
    assert p == pytest.approx(np.mean([d >= observed - 1e-12 for d in orders]))


def test_the_sampled_p_comes_near_the_exact_one(monkeypatch):
    rng = np.random.default_rng(4)
    x, y = rng.normal(0.4, 1, 6), rng.normal(0, 1, 6)
    p, _ = permutation_p(x, y, rng)
    monkeypatch.setitem(permutation_p.__globals__, "EXACT_UP_TO", 0)
    sampled, exact = permutation_p(x, y, rng, samples=20_000)
    assert not exact
    assert sampled == pytest.approx(p, abs=0.015)


def test_the_sampled_p_is_never_zero(monkeypatch):
    monkeypatch.setitem(permutation_p.__globals__, "EXACT_UP_TO", 0)
    x = np.arange(30.0)
    assert permutation_p(x + 100, x, np.random.default_rng(0), samples=99) == (0.01, False)


def test_without_a_difference_p_is_one():
    assert permutation_p(np.full(3, 0.1), np.full(3, 0.1), np.random.default_rng(0)) == (1.0, True)
    with pytest.raises(ValueError, match="nothing to compare"):
        effect_size(np.ones(2), np.ones(2))


@pytest.mark.parametrize("sets", [(["x1"], ["y1", "y2"], ["a"], ["b"]), (["x1"], ["y1"], [], ["b"])])
def test_unequal_or_empty_sets_are_refused(sets):
    with pytest.raises(ValueError, match="as many words each"):
        weat(PLANE, *sets, rng=np.random.default_rng(0))


def test_unknown_words_are_refused():
    with pytest.raises(KeyError, match="nobody"):
        weat(PLANE, ["nobody"], ["y1"], ["a"], ["b"], rng=np.random.default_rng(0))
