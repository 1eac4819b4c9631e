"""Thresholds and risk–coverage curves by hand, and against trying every threshold."""

import math

import numpy as np
import pytest

from llmai_edu.apps.threshold import choose_threshold, risk_coverage

SCORES = [0.9, 0.8, 0.7, 0.6, 0.5]
RIGHT = [True, True, False, True, False]


def test_coverage_and_risk_by_hand():
    curve = risk_coverage(SCORES, RIGHT)
    assert curve.thresholds.tolist() == SCORES
    np.testing.assert_allclose(curve.coverage, [0.2, 0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(curve.risk, [0, 0, 1 / 3, 1 / 4, 2 / 5])


@pytest.mark.parametrize(
    ("wanted", "threshold"),
    [(1.0, 0.8), (0.76, 0.8), (0.75, 0.6), (0.7, 0.6), (0.61, 0.6), (0.6, 0.5), (0.1, 0.5)],
)
def test_the_lowest_threshold_that_is_good_enough(wanted, threshold):
    # At 0.7 two of three are right, at 0.6 three of four: the lowest good one counts, though a higher one fails.
    assert choose_threshold(SCORES, RIGHT, wanted=wanted) == threshold


def test_equal_scores_are_answered_together():
    curve = risk_coverage([0.5, 0.9, 0.5, 0.5], [True, True, False, True])
    assert curve.thresholds.tolist() == [0.9, 0.5]
    assert curve.coverage.tolist() == [0.25, 1.0]
    assert curve.risk.tolist() == [0.0, 0.25]
    assert choose_threshold([0.5, 0.5], [True, False], wanted=0.9) == math.inf


def test_against_trying_every_threshold():
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = rng.integers(0, 12, 40) / 10
        right = rng.random(40) < 0.2 + 0.6 * scores
        wanted = float(rng.choice([0.5, 0.7, 0.9, 0.95]))
        good = [t for t in np.unique(scores) if right[scores >= t].mean() >= wanted]
        assert choose_threshold(scores, right, wanted=wanted) == (min(good) if good else math.inf)


def test_nothing_is_good_enough():
    assert choose_threshold([0.9, 0.8], [False, False], wanted=0.5) == math.inf


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        risk_coverage([], [])
    with pytest.raises(ValueError, match=r"\(2,\) and \(1,\)"):
        risk_coverage([0.1, 0.2], [True])
    with pytest.raises(ValueError, match="1 scores are not numbers"):
        risk_coverage([math.nan], [True])
    with pytest.raises(ValueError, match=r"a share such as 0\.9, got 90"):
        choose_threshold(SCORES, RIGHT, wanted=90)
