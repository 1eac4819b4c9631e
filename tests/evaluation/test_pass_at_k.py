"""pass@k against counting all choices, the formula of the paper, and the truth of a known chance."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from llmai_edu.evaluation.pass_at_k import pass_at_k


def test_by_counting_all_choices():
    for right in range(6):
        answers = [1] * right + [0] * (5 - right)
        for k in range(1, 6):
            choices = list(combinations(answers, k))
            want = sum(any(choice) for choice in choices) / len(choices)
            assert pass_at_k(np.array([right]), 5, k)[0] == pytest.approx(want)


def test_against_the_formula_at_a_size_where_numbers_are_large():
    right = np.array([0, 1, 7, 150, 199, 200])
    want = [1 - comb(200 - c, 100) / comb(200, 100) for c in right.tolist()]
    np.testing.assert_allclose(pass_at_k(right, 200, 100), want, atol=1e-12)


def test_it_has_no_bias_and_the_plain_formula_has():
    rng, chance, n, k = np.random.default_rng(0), 0.1, 8, 4
    right = rng.binomial(n, chance, 200_000)
    truth = 1 - (1 - chance) ** k
    assert abs(pass_at_k(right, n, k).mean() - truth) < 0.003
    assert truth - (1 - (1 - right / n) ** k).mean() > 0.02


def test_what_is_refused():
    with pytest.raises(ValueError, match="k must lie in 1 … 4"):
        pass_at_k(np.array([1]), 4, 5)
    with pytest.raises(ValueError, match="got 0 to 5"):
        pass_at_k(np.array([0, 5]), 4, 2)
