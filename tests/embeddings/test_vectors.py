"""Words and rows belong together, and what does not fit is refused."""

import numpy as np
import pytest

from llmai_edu.embeddings.vectors import WordVectors

VECTORS = WordVectors(("a", "b", "c"), np.array([[3.0, 4.0], [0.0, 0.0], [0.0, -2.0]]))


def test_rows_follow_the_words():
    assert VECTORS["c"].tolist() == [0.0, -2.0]
    assert VECTORS.rows(["c", "a"]).tolist() == [2, 0]
    assert "a" in VECTORS
    assert "z" not in VECTORS
    assert len(VECTORS) == 3


def test_unit_vectors_have_length_one_and_zero_stays_zero():
    assert VECTORS.unit.tolist() == [[0.6, 0.8], [0.0, 0.0], [0.0, -1.0]]


def test_unknown_words_are_all_named():
    with pytest.raises(KeyError, match=r"vocabulary of 3 words: x, y"):
        VECTORS.rows(["x", "a", "y"])
    with pytest.raises(KeyError, match="x"):
        VECTORS["x"]


@pytest.mark.parametrize(
    ("words", "shape", "message"),
    [(("a", "b"), (3, 2), "2 words need a matrix"), (("a", "b"), (2,), "shape"), (("a", "a"), (2, 2), "come twice")],
)
def test_what_does_not_fit_is_refused(words, shape, message):
    with pytest.raises(ValueError, match=message):
        WordVectors(words, np.ones(shape))
