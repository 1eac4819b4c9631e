"""Cosines and analogies by hand and against gensim's KeyedVectors."""

import numpy as np
import pytest

from llmai_edu.embeddings.similarity import analogy, analogy_accuracy, cosine, nearest, nearest_to
from llmai_edu.embeddings.vectors import WordVectors

# Two directions, male-female and commoner-ruler, and a word that has nothing to do with them.
CORNERS = np.array([[1.0, 0, 1], [0, 1, 1], [1, 0, -1], [0, 1, -1], [-3, -3, 0]])
FAMILY = WordVectors(("man", "woman", "king", "queen", "car"), CORNERS)
RANDOM = WordVectors([f"w{i}" for i in range(60)], np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32))


@pytest.fixture
def theirs():
    keyed = pytest.importorskip("gensim.models").KeyedVectors(8)
    keyed.add_vectors(list(RANDOM.words), RANDOM.matrix)
    return keyed


def test_cosine_by_hand():
    assert cosine(np.array([1.0, 0.0]), np.array([1.0, 1.0])) == pytest.approx(2**-0.5)
    assert cosine(np.array([2.0, 0.0]), np.array([[-1.0, 0.0], [0.0, 3.0]])).tolist() == [-1.0, 0.0]
    with pytest.raises(ValueError, match="no direction"):
        cosine(np.zeros(2), np.ones(2))


def test_analogies_by_hand():
    # woman - man + king = (0, 1, 1) - (1, 0, 1) + (1, 0, -1) = (0, 1, -1): all of length sqrt(2), so exactly queen
    (first, score), *_ = analogy(FAMILY, "man", "woman", "king")
    assert (first, round(score, 6)) == ("queen", 1.0)
    questions = [("man", "woman", "king", "queen"), ("king", "queen", "man", "car"), ("man", "boy", "king", "prince")]
    assert analogy_accuracy(FAMILY, questions) == (1, 2, 1)


def test_the_words_asked_with_are_no_answers():
    assert {word for word, _ in analogy(FAMILY, "man", "woman", "king", k=9)} == {"queen", "car"}
    assert "king" not in dict(nearest(FAMILY, "king", k=9))


def test_neighbours_are_gensims(theirs):
    for word in ("w0", "w17"):
        ours, other = nearest(RANDOM, word, k=12), theirs.most_similar(word, topn=12)
        assert [w for w, _ in ours] == [w for w, _ in other]
        np.testing.assert_allclose([s for _, s in ours], [s for _, s in other], atol=1e-6)


def test_analogies_are_gensims(theirs, tmp_path):
    rng = np.random.default_rng(1)
    questions = [tuple(f"w{i}" for i in rng.choice(60, 4, replace=False)) for _ in range(30)]
    answers = [theirs.most_similar(positive=[b, c], negative=[a], topn=1)[0][0] for a, b, c, _ in questions]
    assert [analogy(RANDOM, a, b, c, k=1)[0][0] for a, b, c, _ in questions] == answers
    # Every second question gets the answer that 3CosAdd gives, so half are right, whatever the batch.
    asked = [(a, b, c, answers[i] if i % 2 else d) for i, (a, b, c, d) in enumerate(questions)]
    right = sum(answer == question[3] for question, answer in zip(asked, answers))
    assert analogy_accuracy(RANDOM, asked, batch=7) == (right, 30, 0)
    file = tmp_path / "questions.txt"
    file.write_text(": section\n" + "\n".join(map(" ".join, asked)))
    score, _ = theirs.evaluate_word_analogies(file, case_insensitive=False)
    assert right / 30 == pytest.approx(score)


def test_no_known_question_is_no_accuracy_but_no_crash():
    assert analogy_accuracy(FAMILY, [("a", "b", "c", "d")]) == (0, 0, 1)


def test_k_may_be_larger_than_the_vocabulary_or_zero():
    assert len(nearest_to(FAMILY, CORNERS[0], k=100)) == 5
    assert nearest_to(FAMILY, CORNERS[0], k=0) == []
