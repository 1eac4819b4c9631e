"""The distribution of drawn words by chi-square, and sub-sampling as gensim does it."""

import numpy as np
import pytest
from scipy.stats import chisquare

from llmai_edu.embeddings.sampling import NegativeSampler, keep_probability

COUNTS = np.array([400, 90, 30, 30, 5, 1])


@pytest.mark.parametrize("power", [0.75, 1.0, 0.0])
def test_words_are_drawn_with_the_stated_probability(power):
    n = 200_000
    drawn = NegativeSampler(COUNTS, power).draw(np.random.default_rng(1), n)
    weight = COUNTS.astype(float) ** power
    assert chisquare(np.bincount(drawn, minlength=6), n * weight / weight.sum()).pvalue > 0.001


def test_the_chi_square_would_notice_the_wrong_power():
    drawn = NegativeSampler(COUNTS, 1.0).draw(np.random.default_rng(1), 200_000)
    expected = 200_000 * NegativeSampler(COUNTS).probability
    assert chisquare(np.bincount(drawn, minlength=6), expected).pvalue < 1e-6


def test_the_edges_of_the_line_belong_to_a_word():
    class Edge:
        def random(self, shape):
            return np.array([0.0, 0.5, np.nextafter(1.0, 0.0)])

    assert NegativeSampler(np.array([1, 1]), 1.0).draw(Edge(), 3).tolist() == [0, 1, 1]


def test_keeping_is_gensims():
    word2vec = pytest.importorskip("gensim.models.word2vec")
    docs = [[f"w{i}"] * int(count) for i, count in enumerate(COUNTS)]
    theirs = word2vec.Word2Vec(vector_size=1, min_count=1, sample=0.02, workers=1)
    theirs.build_vocab(docs)
    keep = [theirs.wv.get_vecattr(f"w{i}", "sample_int") / 2**32 for i in range(6)]
    np.testing.assert_allclose(keep_probability(COUNTS, 0.02), keep, atol=1e-6)


def test_threshold_zero_keeps_everything():
    assert keep_probability(COUNTS, 0).tolist() == [1.0] * 6


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="share of the text"):
        keep_probability(COUNTS, -1)
    with pytest.raises(ValueError, match="at least 1"):
        NegativeSampler(np.array([3, 0]))
