"""Our logistic regression against scikit-learn's, and at its own conditions."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from llmai_edu.finetuning.probe import fit_probe, probe_logits


def data(classes: int, n: int = 60):
    rng = np.random.default_rng(classes)
    labels = np.arange(n) % classes
    return rng.normal(size=(n, 5)) + 0.7 * rng.normal(size=(classes, 5))[labels], labels


@pytest.mark.parametrize("l2", [0.3, 3.0, 30.0])
def test_three_classes_equal_scikit_learn(l2):
    x, y = data(3)
    theirs = LogisticRegression(C=1 / l2, tol=1e-8, max_iter=2000).fit(x, y)
    W, b = fit_probe(x, y, l2=l2, classes=3)
    np.testing.assert_allclose(W, theirs.coef_, atol=1e-4)
    np.testing.assert_allclose(b - b.mean(), theirs.intercept_ - theirs.intercept_.mean(), atol=1e-4)


def test_two_classes_equal_scikit_learn_which_has_one_row_of_weights():
    """Its row is the difference of ours, and |w1|² + |w0|² is half of its |w|²: so its C is 2 / l2."""
    x, y = data(2)
    theirs = LogisticRegression(C=2 / 3.0, tol=1e-8, max_iter=2000).fit(x, y)
    W, b = fit_probe(x, y, l2=3.0)
    np.testing.assert_allclose(W[1] - W[0], theirs.coef_[0], atol=1e-4)
    np.testing.assert_allclose(b[1] - b[0], theirs.intercept_[0], atol=1e-4)
    ours = probe_logits(x, W, b)
    np.testing.assert_allclose(ours[:, 1] - ours[:, 0], theirs.decision_function(x), atol=1e-3)


def test_ten_copies_are_a_tenth_of_the_pull():
    x, y = data(2)
    copied, _ = fit_probe(np.tile(x, (10, 1)), np.tile(y, 10), l2=10.0)
    plain, _ = fit_probe(x, y, l2=1.0)
    other, _ = fit_probe(x, y, l2=10.0)
    np.testing.assert_allclose(copied, plain, atol=1e-4)
    assert abs(other - plain).max() > 0.1


def test_shares_that_are_certain_equal_class_numbers():
    x, y = data(2)
    for one, other in zip(fit_probe(x, y), fit_probe(x, np.eye(2)[y])):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "l2", "says"),
    [
        (np.zeros((3, 2)), np.zeros(2, int), 1.0, "N targets"),
        (np.zeros(3), np.zeros(3, int), 1.0, "N targets"),
        (np.zeros((0, 2)), np.zeros(0, int), 1.0, "N targets"),
        (np.zeros((2, 2)), np.zeros(2, int), 0.0, "above 0"),
    ],
)
def test_what_does_not_fit_is_refused(x, y, l2, says):
    with pytest.raises(ValueError, match=says):
        fit_probe(x, y, l2=l2)
