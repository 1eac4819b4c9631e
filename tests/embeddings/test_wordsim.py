"""The shipped list against the one that gensim ships, and cosines, with their rank correlation, against gensim's."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.embeddings.wordsim import load_wordsim353, pair_cosines


def test_the_list_is_the_one_that_gensim_ships():
    datapath = pytest.importorskip("gensim.test.utils").datapath
    with open(datapath("wordsim353.tsv"), encoding="utf-8") as file:
        rows = [line.split("\t") for line in file if not line.startswith("#")]
    rated = load_wordsim353()
    assert rated.pairs == tuple((a.lower(), b.lower()) for a, b, _ in rows)
    assert rated.rating.tolist() == [float(rating) for *_, rating in rows]


def test_the_recorded_cosines_are_cosines_of_the_same_pairs_for_every_seed():
    rated = load_wordsim353()
    for cosines in rated.gensim.values():
        assert cosines.shape == (3, 353)
        unknown = np.isnan(cosines)
        assert (unknown == unknown[0]).all()
        assert np.nanmax(np.abs(cosines)) <= 1
        assert cosines[0, rated.pairs.index(("money", "cash"))] != 1


def test_cosines_and_rho_are_gensims(tmp_path):
    keyed = pytest.importorskip("gensim.models").KeyedVectors(8)
    rated = load_wordsim353()
    words = sorted({word for pair in rated.pairs[:60] for word in pair})
    matrix = np.random.default_rng(0).normal(size=(len(words), 8)).astype(np.float32)
    keyed.add_vectors(words, matrix)
    cosines = pair_cosines(WordVectors(words, matrix), rated.pairs)
    known = ~np.isnan(cosines)
    for at in np.flatnonzero(known):
        assert cosines[at] == pytest.approx(keyed.similarity(*rated.pairs[at]), abs=1e-6)
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{a}\t{b}\t{r}\n" for (a, b), r in zip(rated.pairs, rated.rating)), encoding="utf-8")
    theirs = keyed.evaluate_word_pairs(str(path))[1][0]
    assert spearmanr(cosines[known], rated.rating[known]).statistic == pytest.approx(theirs)
