"""What vectors say about words: cosines, nearest neighbours, and analogies by adding and subtracting.

Mikolov, Yih and Zweig 2013, "Linguistic Regularities in Continuous Space Word Representations"; the name 3CosAdd:
Levy and Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word Representations".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from llmai_edu.embeddings.vectors import WordVectors

__all__ = ["analogy", "analogy_accuracy", "cosine", "nearest", "nearest_to"]


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine of the angle between vectors along the last axis: 1 same direction, 0 at right angles.

    a, b: (..., C), broadcast. Raises ValueError for a zero vector, which has no direction.

    >>> float(cosine(np.array([3.0, 4.0]), np.array([6.0, 8.0])))
    1.0
    """
    length = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    if np.any(length == 0):
        raise ValueError("a zero vector has no direction, so it has no cosine")
    return np.sum(a * b, axis=-1) / length


def nearest_to(
    vectors: WordVectors, query: np.ndarray, k: int = 10, exclude: Sequence[str] = ()
) -> list[tuple[str, float]]:
    """Return the k words whose vectors have the largest cosine with a query (C,), best first.

    >>> vectors = WordVectors(("king", "queen", "car"), np.array([[1.0, 0.1], [1.0, 0.2], [0.0, 1.0]]))
    >>> nearest_to(vectors, np.array([1.0, 0.0]), k=2, exclude=["king"])[0][0]
    'queen'
    """
    query = query / (np.linalg.norm(query) or 1)
    score = vectors.unit @ query.astype(vectors.unit.dtype)  # (V,)
    score[vectors.rows(exclude)] = -np.inf
    k = min(k, len(vectors) - len(set(exclude)))
    best = np.argpartition(-score, k - 1)[:k] if k > 0 else np.array([], int)
    best = best[np.argsort(-score[best])]
    return [(vectors.words[i], float(score[i])) for i in best]


def nearest(vectors: WordVectors, word: str, k: int = 10) -> list[tuple[str, float]]:
    """Return the k nearest neighbours of a word with their cosines; raises KeyError for an unknown word.

    >>> vectors = WordVectors(("king", "queen", "car"), np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]))
    >>> nearest(vectors, "king", k=1)
    [('queen', 0.6)]
    """
    return nearest_to(vectors, vectors[word], k, exclude=[word])


def analogy(vectors: WordVectors, a: str, b: str, c: str, k: int = 5) -> list[tuple[str, float]]:
    """Answer "a is to b as c is to ...": the words nearest to b - a + c, all three of length 1 (3CosAdd).

    The three words themselves are no answers; without that rule b or c would often win.

    >>> corners = np.array([[1.0, 1, 0], [1, 0, 1], [-1, 1, 0], [-1, 0, 1], [0, 5, 5]])
    >>> analogy(WordVectors(("man", "woman", "king", "queen", "car"), corners), "man", "woman", "king", k=1)
    [('queen', 1.0)]
    """
    row_a, row_b, row_c = vectors.unit[vectors.rows([a, b, c])]
    return nearest_to(vectors, row_b - row_a + row_c, k, exclude=[a, b, c])


def analogy_accuracy(
    vectors: WordVectors, questions: Sequence[tuple[str, str, str, str]], batch: int = 64
) -> tuple[int, int, int]:
    """Return how many analogies came out right, how many were asked, and how many hold an unknown word.

    questions: (a, b, c, answer) each. batch: how many are answered by one matrix product; their scores need
    batch * V numbers of memory.

    >>> corners = np.array([[1.0, 1, 0], [1, 0, 1], [-1, 1, 0], [-1, 0, 1]])
    >>> vectors = WordVectors(("man", "woman", "king", "queen"), corners)
    >>> analogy_accuracy(vectors, [("man", "woman", "king", "queen"), ("man", "woman", "boy", "girl")])
    (1, 1, 1)
    """
    known = [question for question in questions if all(word in vectors for word in question)]
    ids = np.array([vectors.rows(question) for question in known], int).reshape(-1, 4)
    right = 0
    for start in range(0, len(ids), batch):
        a, b, c, answer = ids[start : start + batch].T
        query = vectors.unit[b] - vectors.unit[a] + vectors.unit[c]  # (B, C); its length changes no order
        score = query @ vectors.unit.T  # (B, V)
        for asked in (a, b, c):
            score[np.arange(len(a)), asked] = -np.inf
        right += int((score.argmax(1) == answer).sum())
    return right, len(known), len(questions) - len(known)
