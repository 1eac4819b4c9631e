"""The vocabulary and the ids by hand, and a corpus that gensim counts the same way."""

import numpy as np
import pytest

from llmai_edu.embeddings.corpus import Corpus

DOCS = [["we", "the", "people"], [], ["the", "the", "union", "we"]]


def test_frequent_words_come_first_and_ties_in_alphabetical_order():
    corpus = Corpus.from_docs(DOCS, min_count=1)
    assert corpus.words == ("the", "we", "people", "union")
    assert corpus.counts.tolist() == [3, 2, 1, 1]
    assert corpus.ids.tolist() == [1, 0, 2, 0, 0, 3, 1]
    assert corpus.doc.tolist() == [0, 0, 0, 2, 2, 2, 2]


def test_rare_words_leave_no_gap_but_are_counted_as_read():
    corpus = Corpus.from_docs(DOCS, min_count=2)
    assert [corpus.words[i] for i in corpus.ids] == ["we", "the", "the", "the", "we"]
    assert (len(corpus), corpus.n_words) == (5, 7)


def test_the_counts_are_those_of_gensim():
    word2vec = pytest.importorskip("gensim.models.word2vec")
    rng = np.random.default_rng(0)
    docs = [[f"w{i}" for i in rng.zipf(1.5, 50) if i < 60] for _ in range(40)]
    corpus = Corpus.from_docs(docs, min_count=3)
    theirs = word2vec.Word2Vec(vector_size=1, min_count=3, workers=1)
    theirs.build_vocab(docs)
    assert {w: theirs.wv.get_vecattr(w, "count") for w in theirs.wv.index_to_key} == dict(
        zip(corpus.words, corpus.counts.tolist())
    )


def test_bad_input_is_refused_early():
    with pytest.raises(ValueError, match="got a str; split it first"):
        Corpus.from_docs(["the people"])
    with pytest.raises(ValueError, match="lower min_count"):
        Corpus.from_docs(DOCS, min_count=10)
