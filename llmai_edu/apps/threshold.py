"""When to answer: a threshold on a score, chosen on validation data, and what it costs.

A program that may say "I do not know" is judged by two numbers: its coverage (the share of questions that it answers)
and its risk (the share of wrong ones among these). El-Yaniv and Wiener 2010, "On the Foundations of Noise-free
Selective Classification".
"""

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["RiskCoverage", "choose_threshold", "risk_coverage"]


@dataclass(frozen=True)
class RiskCoverage:
    """What each threshold would do, from the strictest to the one that answers all: arrays of equal length.

    A question is answered when its score is at least the threshold. coverage: share answered. risk: share of wrong
    ones among the answered.
    """

    thresholds: np.ndarray
    coverage: np.ndarray
    risk: np.ndarray


def risk_coverage(scores: np.ndarray, right: np.ndarray) -> RiskCoverage:
    """Return coverage and risk at every score that occurs; equal scores are answered together or not at all.

    scores: (N,) how sure, higher is surer. right: (N,) True where the answer was right. Raises ValueError for no
    questions, unequal lengths, or a score that is not a number.

    >>> curve = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    >>> curve.coverage.tolist(), curve.risk.round(2).tolist()
    ([0.25, 0.75, 1.0], [0.0, 0.33, 0.5])
    """
    scores, right = np.asarray(scores, float), np.asarray(right, bool)
    if scores.ndim != 1 or scores.shape != right.shape or not len(scores):
        raise ValueError(f"need two equal lists of at least 1, got {scores.shape} and {right.shape}")
    if np.isnan(scores).any():
        raise ValueError(f"{np.isnan(scores).sum()} scores are not numbers (NaN)")
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # the last of each run of equal scores
    wrong = np.cumsum(~right[order])[ends]
    return RiskCoverage(scores[order][ends], (ends + 1) / len(scores), wrong / (ends + 1))


def choose_threshold(scores: np.ndarray, right: np.ndarray, *, wanted: float) -> float:
    """Return the lowest threshold at which the answered part of the validation set is right at least `wanted`.

    scores, right: (N,) as in `risk_coverage`. wanted: a share such as 0.9. Returns infinity, which refuses every
    question, when no threshold reaches it. The share on new questions will differ: measure it on the test set.

    >>> choose_threshold([0.9, 0.8, 0.7, 0.1], [True, False, True, False], wanted=0.6)
    0.7
    """
    if not 0 < wanted <= 1:
        raise ValueError(f"wanted is a share such as 0.9, got {wanted}")
    curve = risk_coverage(scores, right)
    good = curve.thresholds[1 - curve.risk >= wanted - 1e-12]
    return float(good[-1]) if len(good) else math.inf
