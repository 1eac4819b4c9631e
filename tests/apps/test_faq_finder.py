"""The bridge against scikit-learn's logistic regression, and the scores by hand."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp

from llmai_edu.apps.faq_finder import entry_vectors, find_scores, fit_bridge, sureness
from llmai_edu.datasets.shop_faq import FaqEntry


def unit(rng, *shape):
    x = rng.standard_normal(shape)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def test_the_bridge_is_the_lowest_point_that_scipy_finds():
    rng = np.random.default_rng(0)
    x, e, y = unit(rng, 12, 3), unit(rng, 4, 3), rng.integers(0, 4, 12)

    def loss(flat):
        logits = 20 * (x + x @ flat.reshape(3, 3)) @ e.T
        return (logsumexp(logits, axis=1) - logits[np.arange(12), y]).sum() + 4 * (flat**2).sum()

    theirs = minimize(loss, np.zeros(9), method="BFGS", options={"gtol": 1e-7})
    ours = fit_bridge(x, e, y) - np.eye(3)
    np.testing.assert_allclose(ours, theirs.x.reshape(3, 3), atol=1e-4)


def test_a_strong_pull_leaves_the_identity():
    rng = np.random.default_rng(1)
    np.testing.assert_allclose(
        fit_bridge(unit(rng, 6, 4), unit(rng, 3, 4), [0, 1, 2] * 2, l2=1e7), np.eye(4), atol=1e-4
    )


def test_sizes_are_checked():
    with pytest.raises(ValueError, match="need queries"):
        fit_bridge(np.eye(3), np.eye(4), [0, 1, 2])
    with pytest.raises(ValueError, match="above 0"):
        fit_bridge(np.eye(3), np.eye(3), [0, 1, 2], l2=0)


def test_entries_are_the_mean_of_three_texts():
    table = {"Q": [1.0, 0.0], "A": [0.0, 1.0], "Q A": [0.6, 0.8]}
    vectors = entry_vectors([FaqEntry("x", "t", "Q", "A")], lambda texts: np.array([table[one] for one in texts]))
    want = np.array([1 + 1.2, 1 + 1.6])
    np.testing.assert_allclose(vectors[0], want / np.linalg.norm(want))


def test_scores_and_sureness_by_hand():
    queries, entries = np.array([[1.0, 0.0], [0.6, 0.8]]), np.eye(2)
    scores = find_scores(queries, entries)
    np.testing.assert_allclose(scores, queries)
    np.testing.assert_allclose(sureness(scores), [1 + 1, 0.8 + 0.2])
    np.testing.assert_allclose(find_scores(queries, entries, np.array([[0.0, 1.0], [1.0, 0.0]])), queries[:, ::-1])
