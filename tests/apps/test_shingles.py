import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from llmai_edu.apps.shingles import ShingleShare, shingle_scores
from llmai_edu.datasets.near_duplicates import shingles

TEXTS = ["the cat sat on the mat today", "the cat sat on a mat", "dogs run"]


def test_the_runs_are_scikit_learns():
    vectorizer = CountVectorizer(ngram_range=(3, 3), token_pattern=r"\w+").fit(TEXTS[:1])
    assert shingles(TEXTS[0], 3) == set(vectorizer.get_feature_names_out())


def test_scores_by_hand():
    assert shingle_scores(TEXTS[:1], TEXTS)[0].tolist() == [1.0, 2 / 7, 0.0]
    assert np.allclose(ShingleShare(TEXTS).scores([TEXTS[1]]), [[(2 / 4 + 2 / 7) / 2, 1.0, 0.0]])


def test_short_and_empty_texts():
    assert shingles("one two", 3) == {"one two"}
    assert shingles("...", 3) == set()
    assert ShingleShare(TEXTS).scores(["..."]).tolist() == [[0, 0, 0]]
