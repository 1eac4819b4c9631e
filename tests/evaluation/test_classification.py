"""Scores of classifiers by hand-worked cases, scikit-learn, and a plain bootstrap."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from llmai_edu.evaluation.classification import compare_accuracy, macro_f1, score_classes


def rng(seed=0):
    return np.random.default_rng(seed)


def sample(n=400):
    source = rng(5)
    truth = source.choice(3, n, p=[0.6, 0.3, 0.1])
    predicted = np.where(source.random(n) < 0.7, truth, source.choice(3, n))
    return truth, predicted


def test_by_hand():
    truth = ["cat", "cat", "cat", "dog", "dog", "owl"]
    predicted = ["cat", "cat", "dog", "dog", "owl", "dog"]
    scores = score_classes(truth, predicted, rng=rng())
    assert scores.labels == ("cat", "dog", "owl")
    assert scores.confusion.tolist() == [[2, 1, 0], [0, 1, 1], [0, 1, 0]]
    assert scores.accuracy.value == pytest.approx(3 / 6)
    # cat: precision 1, recall 2/3, F1 4/5. dog: 1/3, 1/2, F1 2/5. owl: 0.
    assert scores.macro_f1.value == pytest.approx((4 / 5 + 2 / 5 + 0) / 3)


def test_equals_scikit_learn():
    truth, predicted = sample()
    scores = score_classes(truth, predicted, rng=rng())
    assert scores.accuracy.value == pytest.approx(accuracy_score(truth, predicted))
    assert scores.macro_f1.value == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_intervals_equal_a_plain_bootstrap():
    truth, predicted = sample()
    scores = score_classes(truth, predicted, rng=rng(), resamples=4000)
    source, values = rng(9), []
    for _ in range(600):
        pick = source.integers(0, len(truth), len(truth))
        values.append(f1_score(truth[pick], predicted[pick], average="macro"))
    low, high = np.quantile(values, [0.025, 0.975])
    assert (scores.macro_f1.low, scores.macro_f1.high) == pytest.approx((low, high), abs=0.012)
    error = np.sqrt(scores.accuracy.value * (1 - scores.accuracy.value) / len(truth))
    assert scores.accuracy.high - scores.accuracy.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_a_class_that_never_occurs_counts_as_zero():
    scores = score_classes([0, 1], [0, 1], rng=rng(), labels=[0, 1, 2])
    assert scores.confusion.shape == (3, 3)
    assert scores.macro_f1.value == pytest.approx(2 / 3)
    assert scores.macro_f1.value == pytest.approx(
        f1_score([0, 1], [0, 1], labels=[0, 1, 2], average="macro", zero_division=0)
    )


def test_many_matrices_at_once():
    matrices = rng().integers(0, 9, (5, 4, 4))
    assert macro_f1(matrices) == pytest.approx([float(macro_f1(matrix)) for matrix in matrices])


def test_labels_keep_the_order_given():
    scores = score_classes(["neg", "pos", "pos"], ["neg", "neg", "pos"], rng=rng(), labels=["pos", "neg"])
    assert scores.confusion.tolist() == [[1, 1], [0, 1]]


def test_a_gain_counts_only_where_the_two_differ():
    truth, predicted = sample()
    worse = predicted.copy()
    right = np.flatnonzero(truth == predicted)[:40]
    worse[right] = (truth[right] + 1) % 3
    gain = compare_accuracy(truth, predicted, worse, rng=rng())
    assert gain.value == pytest.approx(0.1)
    assert gain.high - gain.low == pytest.approx(2 * 1.96 * np.sqrt(0.1 * 0.9 / 400), rel=0.1)
    same = compare_accuracy(truth, predicted, predicted, rng=rng())
    assert (same.value, same.low, same.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("truth", "predicted", "labels", "message"),
    [
        ([0], [0], None, "at least 2"),
        ([0, 1], [0, 1, 1], None, "equal lists"),
        ([0, 1], [0, 2], [0, 1], "class 2 is not among"),
    ],
)
def test_bad_input_is_refused_with_a_reason(truth, predicted, labels, message):
    with pytest.raises(ValueError, match=message):
        score_classes(truth, predicted, rng=rng(), labels=labels)
