import numpy as np
import pytest

from llmai_edu.apps.summaries import best_sentence, overlap, page_rank, similarities, text_rank

networkx = pytest.importorskip("networkx")


@pytest.mark.parametrize("seed", range(4))
def test_page_rank_equals_that_of_networkx(seed):
    rng = np.random.default_rng(seed)
    weights = rng.random((8, 8)) * (rng.random((8, 8)) < 0.4)
    weights[3] = 0  # a node that leads nowhere
    theirs = networkx.pagerank(networkx.from_numpy_array(weights, create_using=networkx.DiGraph), tol=1e-12)
    assert np.allclose(page_rank(weights), [theirs[node] for node in range(8)], atol=1e-7)


def test_page_rank_is_the_eigenvector():
    weights = np.random.default_rng(1).random((6, 6))
    google = 0.85 * weights / weights.sum(1, keepdims=True) + 0.15 / 6
    values, vectors = np.linalg.eig(google.T)
    first = np.real(vectors[:, np.argmax(np.real(values))])
    assert np.allclose(page_rank(weights), first / first.sum(), atol=1e-8)


@pytest.mark.parametrize("weights", [np.ones((2, 3)), -np.ones((2, 2)), np.ones((0, 0))])
def test_what_is_no_graph_is_refused(weights):
    with pytest.raises(ValueError, match="square table"):
        page_rank(weights)


def test_overlap_by_hand():
    assert overlap(["a", "b", "c"], ["b", "c", "d", "e"]) == pytest.approx(2 / np.log(12))
    assert overlap(["a"], ["a"]) == overlap([], ["a"]) == 0
    table = similarities(["The cat, sat!", "the CAT sat", "No"])
    assert table[0, 1] == pytest.approx(3 / (2 * np.log(3)))
    assert (table == table.T).all()


def test_the_middle_of_a_star_is_taken():
    assert best_sentence("Cats eat. Cats eat fish and birds. Birds fly. Fish swim.") == "Cats eat fish and birds."
    with pytest.raises(ValueError, match="empty"):
        best_sentence(" ")


def test_vectors_in_place_of_words():
    vectors = np.array([[1.0, 0], [0.8, 0.6], [0, 1.0], [-1.0, 0]])
    assert text_rank(["a"] * 4, lambda texts: vectors).argmax() == 1
