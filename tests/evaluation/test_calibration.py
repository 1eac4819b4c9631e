"""Calibration by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from llmai_edu.evaluation.calibration import (
    PlattScale,
    brier_score,
    calibration_error,
    fit_platt,
    fit_temperature,
    reliability_bins,
)


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(0)
    confidence = rng.beta(4, 2, 500)
    return confidence, rng.random(500) < confidence**2


def test_bins_by_hand():
    found = reliability_bins([0.0, 0.1, 0.2, 0.21, 1.0], [False, True, False, True, True], bins=5)
    assert found.count.tolist() == [3, 1, 1]  # a bin has its upper edge
    np.testing.assert_allclose(found.low, [0.0, 0.2, 0.8])
    np.testing.assert_allclose(found.high, [0.2, 0.4, 1.0])
    np.testing.assert_allclose(found.confidence, [0.1, 0.21, 1.0])
    np.testing.assert_allclose(found.accuracy, [1 / 3, 1, 1])
    # 3/5 · |1/3 - 0.1| + 1/5 · |1 - 0.21| + 1/5 · 0
    assert calibration_error([0.0, 0.1, 0.2, 0.21, 1.0], [0, 1, 0, 1, 1], bins=5) == pytest.approx(0.14 + 0.158)


def test_bins_are_those_of_scikit_learn(answers):
    confidence, right = answers
    accuracy, mean = calibration_curve(right, confidence, n_bins=10)
    found = reliability_bins(confidence, right)
    np.testing.assert_allclose(found.accuracy, accuracy)
    np.testing.assert_allclose(found.confidence, mean)
    assert found.count.sum() == 500


def test_calibrated_confidence_has_a_small_error_and_a_shifted_one_its_shift():
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.3, 0.7, 40_000)
    right = rng.random(40_000) < truth
    assert calibration_error(truth, right) < 0.02
    assert calibration_error(truth + 0.2, right) == pytest.approx(0.2, abs=0.01)


def test_brier_score_is_scikit_learns(answers):
    confidence, right = answers
    assert brier_score(confidence, right) == pytest.approx(brier_score_loss(right, confidence))
    assert brier_score([0.5, 0.5], [True, False]) == 0.25


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e-3])
def test_platt_is_scikit_learns_logistic_regression_on_platts_targets(answers, scale):
    confidence, right = answers
    scores = scale * (confidence - 0.5)
    high, low = (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2)
    target = np.where(right, high, low)
    # Each answer twice, as right and as wrong, weighted by its target.
    model = LogisticRegression(C=1e9, tol=1e-10, max_iter=1000)
    x = np.concatenate([confidence, confidence])[:, None] - 0.5
    model.fit(x, np.repeat([1, 0], len(right)), np.concatenate([target, 1 - target]))
    fitted = fit_platt(scores, right)
    assert fitted.slope * scale == pytest.approx(model.coef_[0, 0], rel=1e-3)
    assert fitted.offset == pytest.approx(model.intercept_[0], abs=1e-3)
    assert calibration_error(fitted(scores), right) < calibration_error(confidence, right) / 2


def test_platt_stays_finite_where_scores_part_right_from_wrong_or_say_nothing():
    fitted = fit_platt([1.0, 2.0, 8.0, 9.0], [False, False, True, True])
    assert 0 < fitted.slope < 10
    assert fit_platt([0.3] * 4, [True, True, True, False])([0.3])[0] == pytest.approx((3 * 0.8 + 1 / 3) / 4, abs=1e-4)
    assert 0.5 < fit_platt([0.1, 0.2], [True, True])([0.2])[0] < 1
    assert PlattScale(1.0, 0.0)([-1000.0, 1000.0]).tolist() == [0.0, 1.0]


def test_temperature_by_hand_and_by_trying_many():
    assert fit_temperature([[2.0, 0.0]] * 4, [0, 0, 0, 1]) == pytest.approx(2 / np.log(3), rel=1e-4)
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(300, 5))
    labels = (logits + rng.gumbel(size=(300, 5))).argmax(1)  # drawn from softmax(logits)
    assert fit_temperature(logits, labels) == pytest.approx(1, abs=0.25)
    found = fit_temperature(7 * logits, labels)
    assert found == pytest.approx(7 * fit_temperature(logits, labels), rel=1e-3)

    def loss(t):
        scaled = 7 * logits / t
        return float(np.mean(np.log(np.exp(scaled).sum(1)) - scaled[np.arange(300), labels]))

    assert loss(found) <= min(loss(t) for t in np.linspace(2, 20, 200)) + 1e-9


@pytest.mark.parametrize("function", [reliability_bins, calibration_error, brier_score])
def test_wrong_confidences_are_refused(function):
    with pytest.raises(ValueError, match="between 0 and 1"):
        function([1.5], [True])
    with pytest.raises(ValueError, match="between 0 and 1"):
        function([np.nan], [True])
    with pytest.raises(ValueError, match=r"\(2,\) and \(1,\)"):
        function([0.1, 0.2], [True])
    with pytest.raises(ValueError, match="at least 1"):
        function([], [])


def test_other_wrong_input_is_refused():
    with pytest.raises(ValueError, match="bins must be at least 1, got 0"):
        reliability_bins([0.5], [True], bins=0)
    with pytest.raises(ValueError, match="equal lists of finite"):
        fit_platt([np.inf], [True])
    with pytest.raises(ValueError, match=r"\(N, C\) logits"):
        fit_temperature([0.1], [0])
