"""Vectors of a language with known classes, repeatability, and gensim's quality at equal epochs."""

import numpy as np
import pytest
import torch

from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.embeddings.word2vec import epoch_blocks, positions_per_step, train_word2vec

CLASSES, SIZE = 6, 10


def class_language(n_docs: int = 400, length: int = 25) -> list[list[str]]:
    """Documents of words c-k whose class c is that of the word before, nine times in ten."""
    rng = np.random.default_rng(5)
    docs = []
    for _ in range(n_docs):
        stay = rng.random(length) < 0.9
        start = np.maximum.accumulate(np.where(stay, 0, np.arange(length)))
        classes = rng.integers(0, CLASSES, length)[start]
        docs.append([f"{c}-{k}" for c, k in zip(classes, rng.integers(0, SIZE, length))])
    return docs


DOCS = class_language()
CORPUS = Corpus.from_docs(DOCS)
OPTIONS = {"dim": 16, "window": 3, "negatives": 5, "epochs": 5, "subsample": 0}


def purity(vectors: WordVectors) -> float:
    """The share of the nine nearest neighbours that are of the word's own class."""
    cosine = vectors.unit @ vectors.unit.T - 2 * np.eye(len(vectors))
    near = np.argsort(-cosine, 1)[:, : SIZE - 1]
    label = np.array([word[0] for word in vectors.words])
    return float((label[near] == label[:, None]).mean())


@pytest.mark.parametrize("kind", ["skipgram", "cbow"])
def test_words_of_a_class_become_neighbours(kind):
    model = train_word2vec(CORPUS, rng=np.random.default_rng(0), kind=kind, **OPTIONS)
    assert purity(model.vectors) > 0.95
    assert model.history[0] == pytest.approx(6 * np.log(2), abs=0.01)
    assert model.history[-1] < 3.4


@pytest.mark.parametrize("kind", ["skipgram", "cbow"])
def test_quality_is_gensims_at_equal_epochs(kind):
    word2vec = pytest.importorskip("gensim.models.word2vec")
    options = {"vector_size": 16, "window": 3, "negative": 5, "epochs": 2, "sample": 0, "sg": kind == "skipgram"}
    theirs = word2vec.Word2Vec(DOCS, workers=1, seed=1, **options).wv
    ours = train_word2vec(CORPUS, rng=np.random.default_rng(0), kind=kind, **OPTIONS | {"epochs": 2})
    assert purity(ours.vectors) > purity(WordVectors(theirs.index_to_key, theirs.vectors)) - 0.1


def test_a_seed_repeats_the_run_and_another_does_not():
    first, same, other = (
        train_word2vec(CORPUS, rng=np.random.default_rng(seed), **OPTIONS | {"epochs": 1}).inputs for seed in (3, 3, 4)
    )
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_workers_share_the_tables():
    model = train_word2vec(CORPUS, rng=np.random.default_rng(0), workers=2, **OPTIONS)
    assert purity(model.vectors) > 0.95


def test_an_error_in_a_worker_is_not_swallowed(monkeypatch):
    def broken(*args):
        raise RuntimeError("broken step")

    monkeypatch.setitem(train_word2vec.__globals__["STEPS"], "skipgram", broken)
    with pytest.raises(RuntimeError, match="broken step"):
        train_word2vec(CORPUS, rng=np.random.default_rng(0), workers=2, **OPTIONS)


def test_torch_gets_its_threads_back():
    before = torch.get_num_threads()
    train_word2vec(CORPUS, rng=np.random.default_rng(0), **OPTIONS | {"epochs": 1})
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("kind", ["skipgram", "cbow"])
def test_a_tiny_vocabulary_does_not_diverge(kind):
    corpus = Corpus.from_docs([["a", "b", "c"] * 50] * 40)
    model = train_word2vec(corpus, rng=np.random.default_rng(0), kind=kind, dim=8, subsample=0, epochs=10)
    assert torch.isfinite(model.inputs).all()
    assert model.inputs.abs().max() < 10


def test_the_step_shrinks_with_the_most_frequent_word():
    assert positions_per_step(np.array([10, 90]), np.ones(2)) == 16
    assert positions_per_step(np.array([4] * 100), np.ones(100)) == 512
    assert positions_per_step(np.array([8, *[1] * 312]), np.ones(313)) == 320


def test_a_text_that_is_skipped_whole_leaves_the_vectors_as_they_were():
    corpus = Corpus.from_docs([["a", "b"]] * 5)
    model = train_word2vec(corpus, rng=np.random.default_rng(0), dim=4, subsample=1e-12)
    assert torch.isfinite(model.inputs).all()
    assert not model.outputs.any()


@pytest.mark.parametrize("wrong", [{"kind": "glove"}, {"dim": 0}, {"epochs": 0}, {"workers": 0}, {"negatives": 0}])
def test_bad_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        train_word2vec(CORPUS, rng=np.random.default_rng(0), **wrong)


def test_frequent_words_are_skipped_before_windows_are_laid():
    keep = np.ones(len(CORPUS.words))
    keep[CORPUS.id_of["0-0"]] = 0
    blocks = epoch_blocks(CORPUS, keep, 3, np.random.default_rng(0))
    read = blocks.centres[blocks.centre_doc >= 0]
    assert len(read) == len(CORPUS) - CORPUS.counts[CORPUS.id_of["0-0"]]
    assert CORPUS.id_of["0-0"] not in read


def test_a_run_that_diverges_is_not_returned():
    with pytest.raises(ArithmeticError, match="below 50"):
        train_word2vec(CORPUS, rng=np.random.default_rng(0), learning_rate=50.0, **OPTIONS)
