"""Does "80 % sure" mean right 8 times in 10? Reliability, calibration error, and two ways to mend a model's confidence.

Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks".
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax

__all__ = [
    "PlattScale",
    "ReliabilityBins",
    "brier_score",
    "calibration_error",
    "fit_platt",
    "fit_temperature",
    "reliability_bins",
]


@dataclass(frozen=True)
class ReliabilityBins:
    """The bins of confidence that are not empty: arrays of equal length.

    A bin holds confidences above `low` and up to `high`. count: how many. confidence: their mean. accuracy: the share
    of right ones.
    """

    low: np.ndarray
    high: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def reliability_bins(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> ReliabilityBins:
    """Sort answers by confidence into bins of equal width, and compare the mean confidence of each with its accuracy.

    confidence: (N,) between 0 and 1. right: (N,) booleans. Empty bins are left out. Raises ValueError for no answers,
    unequal lengths, or a confidence outside 0 to 1.

    >>> found = reliability_bins([0.95, 0.93, 0.62, 0.64], [True, True, True, False])
    >>> found.count.tolist(), found.confidence.round(2).tolist(), found.accuracy.tolist()
    ([2, 2], [0.63, 0.94], [0.5, 1.0])
    """
    confidence, right = _checked(confidence, right)
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    edges = np.linspace(0, 1, bins + 1)
    place = np.maximum(np.searchsorted(edges, confidence, side="left") - 1, 0)  # 0 itself goes into the first bin
    count = np.bincount(place, minlength=bins)
    full = np.flatnonzero(count)
    means = [np.bincount(place, values, minlength=bins)[full] / count[full] for values in (confidence, right)]
    return ReliabilityBins(edges[full], edges[full + 1], count[full], *means)


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy, over the answers' bins.

    confidence, right: as in `reliability_bins`. Returns 0 (calibrated) to 1; few answers in a bin make it larger by
    chance (Naeini, Cooper and Hauskrecht 2015).

    >>> round(calibration_error([0.95, 0.93, 0.62, 0.64], [True, True, True, False]), 3)
    0.095
    """
    found = reliability_bins(confidence, right, bins)
    return float(np.abs(found.accuracy - found.confidence) @ found.count / found.count.sum())


def brier_score(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the mean squared gap between confidence and 1 for a right answer, 0 for a wrong one (Brier 1950).

    Lower is better. It rewards being calibrated and telling right from wrong; 0.25 is what "always 0.5" gets.

    >>> brier_score([1.0, 0.5], [True, False])
    0.125
    """
    confidence, right = _checked(confidence, right)
    return float(np.mean((confidence - right) ** 2))


@dataclass(frozen=True)
class PlattScale:
    """A score's probability of being right, 1 / (1 + exp(-(slope · score + offset))).

    >>> PlattScale(slope=2.0, offset=-1.0)([0.5]).tolist()
    [0.5]
    """

    slope: float
    offset: float

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        return expit(self.slope * np.asarray(scores, float) + self.offset)


def fit_platt(scores: np.ndarray, right: np.ndarray) -> PlattScale:
    """Fit a logistic curve from a score to the probability that the answer is right, on validation data (Platt 1999).

    scores: (N,) of any range. right: (N,) booleans. As in Platt's paper the targets are (n₊ + 1) / (n₊ + 2) and
    1 / (n₋ + 2), not 1 and 0, so that scores which part right from wrong without a fault give no infinite slope.

    >>> scale = fit_platt([0.1, 0.2, 0.3, 0.8, 0.9], [False, False, True, True, True])
    >>> bool(scale.slope > 0)
    True
    """
    scores, right = np.asarray(scores, float), np.asarray(right, bool)
    if scores.ndim != 1 or scores.shape != right.shape or not len(scores) or not np.isfinite(scores).all():
        raise ValueError(f"need two equal lists of finite numbers, got {scores.shape} and {right.shape}")
    target = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2))
    centre, width = scores.mean(), scores.std() or 1.0
    x = (scores - centre) / width

    def loss(ab: np.ndarray) -> tuple[float, np.ndarray]:
        z = ab[0] * x + ab[1]
        gap = expit(z) - target
        return float(np.mean(np.logaddexp(0, z) - target * z)), np.array([np.mean(gap * x), np.mean(gap)])

    a, b = minimize(loss, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-8}).x
    return PlattScale(float(a / width), float(b - a * centre / width))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature T that makes softmax(logits / T) likeliest on validation data (Guo et al. 2017).

    logits: (N, C). labels: (N,) the right classes. Returns T between 0.01 and 100; above 1 the model was too sure. No
    answer changes, only how sure it is. Raises ValueError for other shapes.

    >>> round(fit_temperature([[2.0, 0.0]] * 4, [0, 0, 0, 1]), 2)  # 2 / T = log(3 / 1)
    1.82
    """
    logits, labels = np.asarray(logits, float), np.asarray(labels, int)
    if logits.ndim != 2 or labels.shape != logits.shape[:1] or not len(labels):
        raise ValueError(f"need (N, C) logits and (N,) labels, got {logits.shape} and {labels.shape}")
    rows = np.arange(len(labels))

    def loss(log_t: float) -> float:
        return -float(log_softmax(logits / np.exp(log_t), axis=1)[rows, labels].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.01), np.log(100)), method="bounded").x))


def _checked(confidence: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of equal length, confidences between 0 and 1."""
    confidence, right = np.asarray(confidence, float), np.asarray(right, bool)
    if confidence.ndim != 1 or confidence.shape != right.shape or not len(confidence):
        raise ValueError(f"need two equal lists of at least 1, got {confidence.shape} and {right.shape}")
    if not ((confidence >= 0) & (confidence <= 1 + 1e-6)).all():
        raise ValueError("a confidence lies between 0 and 1; turn scores into probabilities first, as fit_platt does")
    return np.minimum(confidence, 1), right
