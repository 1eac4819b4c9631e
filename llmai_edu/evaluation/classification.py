"""How good a classifier is: accuracy, macro-averaged F1 and the confusion matrix, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmai_edu.evaluation.bootstrap import bootstrap_interval
from llmai_edu.evaluation.estimate import Estimate

__all__ = ["ClassScores", "compare_accuracy", "macro_f1", "score_classes"]


@dataclass(frozen=True)
class ClassScores:
    """What `score_classes` measured.

    accuracy: the share of right answers. macro_f1: the mean over classes of F1, so that a rare class counts as much as
    a frequent one. confusion: (K, K) how often the class of the row was taken for the class of the column. labels: the
    K classes.
    """

    accuracy: Estimate
    macro_f1: Estimate
    confusion: np.ndarray
    labels: tuple


def score_classes(
    truth: Sequence,
    predicted: Sequence,
    *,
    rng: np.random.Generator,
    labels: Sequence | None = None,
    level: float = 0.95,
    resamples: int = 2000,
) -> ClassScores:
    """Return accuracy and macro-F1 with bootstrap intervals over examples, and the confusion matrix.

    truth, predicted: (N,) classes, numbers or names. labels: all classes in the order wanted; by default those that
    occur, sorted. Raises ValueError for lists that are not equally long or shorter than 2, or a class not in `labels`.

    >>> truth, predicted = ["cat", "cat", "dog", "dog"], ["cat", "dog", "dog", "dog"]
    >>> scores = score_classes(truth, predicted, rng=np.random.default_rng(0))
    >>> scores.accuracy.value, scores.confusion.tolist()
    (0.75, [[1, 1], [0, 2]])
    """
    from sklearn.metrics import confusion_matrix  # here: it takes a second to load

    truth, predicted = _checked(truth, predicted)
    occurring = sorted({*truth.tolist(), *predicted.tolist()})
    labels = tuple(occurring if labels is None else labels)
    unknown = [label for label in occurring if label not in labels]
    if unknown:
        raise ValueError(f"the class {unknown[0]!r} is not among the labels {labels}")
    right = (truth == predicted).astype(float)
    confusion = confusion_matrix(truth, predicted, labels=labels)
    accuracy = bootstrap_interval(right, np.ones(len(right)), rng=rng, level=level, resamples=resamples)
    # To draw N examples with replacement is to throw N balls into the K * K cells, each with its share.
    draws = rng.multinomial(len(truth), confusion.ravel() / len(truth), resamples)
    f1 = np.quantile(macro_f1(draws.reshape(resamples, *confusion.shape)), [(1 - level) / 2, (1 + level) / 2])
    return ClassScores(
        accuracy=Estimate(float(right.mean()), *accuracy),
        macro_f1=Estimate(float(macro_f1(confusion)), *f1.tolist()),
        confusion=confusion,
        labels=labels,
    )


def macro_f1(confusion: np.ndarray) -> np.ndarray:
    """Return the mean over classes of F1 = 2 TP / (2 TP + FP + FN); a class that never occurs counts as 0.

    confusion: (..., K, K), rows the truth, columns the prediction. Returns (...).

    >>> float(macro_f1(np.array([[1, 1], [0, 2]])))  # (2/3 + 4/5) / 2
    0.7333333333333334
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)  # (..., K) true positives
    both = confusion.sum(-1) + confusion.sum(-2)  # (..., K) = 2 TP + FP + FN
    return np.divide(2 * hits, both, out=np.zeros(both.shape), where=both > 0).mean(-1)


def compare_accuracy(
    truth: Sequence,
    predicted: Sequence,
    baseline: Sequence,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    resamples: int = 2000,
) -> Estimate:
    """Return by how much a classifier's accuracy exceeds a baseline's on the same examples, with its interval.

    Paired: only the examples on which the two differ move it. Raises ValueError for lists that are not equally long or
    shorter than 2.

    >>> gain = compare_accuracy([0, 1] * 50, [0, 1] * 50, [0, 0] * 50, rng=np.random.default_rng(0))
    >>> gain.value, gain.excludes_zero
    (0.5, True)
    """
    truth, predicted = _checked(truth, predicted)
    _, baseline = _checked(truth, baseline)
    gain = (truth == predicted).astype(float) - (truth == baseline)
    interval = bootstrap_interval(gain, np.ones(len(gain)), rng=rng, level=level, resamples=resamples)
    return Estimate(float(gain.mean()), *interval)


def _checked(truth: Sequence, predicted: Sequence) -> tuple[np.ndarray, np.ndarray]:
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    if truth.shape != predicted.shape or truth.ndim != 1 or len(truth) < 2:
        raise ValueError(f"need two equal lists of at least 2 classes, got {truth.shape} and {predicted.shape}")
    return truth, predicted
