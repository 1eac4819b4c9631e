"""How words move through time: vectors learned in two eras, laid over each other, and compared with chance.

Two trainings turn their spaces in arbitrary directions. Orthogonal Procrustes finds the rotation that brings the common
words together; a word that is still far from itself may have changed its meaning (Hamilton, Leskovec and Jurafsky 2016,
"Diachronic Word Embeddings Reveal Statistical Laws of Semantic Change"). Some of them moved by chance: eras made of
shuffled documents say how many (Dubossarsky, Weinshall and Grossman 2017, "Outta Control").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from llmai_edu.embeddings.vectors import WordVectors

__all__ = [
    "align",
    "chance_of",
    "common_words",
    "load_recorded_eras",
    "movement",
    "procrustes",
    "shuffle_eras",
]


def procrustes(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the orthogonal matrix R (C, C) for which a @ R comes nearest to b, in squared distance.

    a, b: (n, C), row i of one belongs to row i of the other. (Schönemann 1966.)

    >>> quarter_turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    >>> a = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> np.allclose(procrustes(a, a @ quarter_turn), quarter_turn)
    True
    """
    if a.shape != b.shape:
        raise ValueError(f"the two sets of vectors must have the same shape, got {a.shape} and {b.shape}")
    u, _, vt = np.linalg.svd(a.T @ b)
    return u @ vt


def common_words(a: WordVectors, b: WordVectors) -> list[str]:
    """Return the words that both know, in the order of the first.

    >>> common_words(WordVectors("cab", np.eye(3)), WordVectors("abd", np.eye(3)))
    ['a', 'b']
    """
    return [word for word in a.words if word in b]


def align(vectors: WordVectors, onto: WordVectors, anchors: Sequence[str] | None = None) -> WordVectors:
    """Return vectors of length 1, centred and turned so that the anchors lie as near as possible to those of `onto`.

    anchors: words that both know; all common words unless given. Both sides are scaled to length 1 and moved so that
    the mean of the anchors is zero; `onto` must have gone through `align(onto, onto)` for the two to be compared.

    >>> a = WordVectors("abc", np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]))
    >>> turned = WordVectors("abc", a.matrix @ np.array([[0.0, 1.0], [-1.0, 0.0]]))
    >>> np.allclose(align(turned, a).matrix, align(a, a).matrix)
    True
    """
    anchors = common_words(vectors, onto) if anchors is None else list(anchors)
    ours, theirs = vectors.unit[vectors.rows(anchors)], onto.unit[onto.rows(anchors)]
    centre = ours.mean(0)
    turn = procrustes(ours - centre, theirs - theirs.mean(0))
    return WordVectors(vectors.words, (vectors.unit - centre) @ turn)


def movement(before: WordVectors, after: WordVectors, words: Sequence[str]) -> np.ndarray:
    """Return for each word the cosine distance, 0 to 2, between its vectors in two eras, after aligning them.

    >>> before = WordVectors("abc", np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]))
    >>> movement(before, before, ["a", "b"]).round(6).tolist()
    [0.0, 0.0]
    """
    before, after = align(before, before), align(after, before)
    return 1 - np.sum(before.unit[before.rows(words)] * after.unit[after.rows(words)], 1)


def shuffle_eras(sizes: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Return the era of each document, (n,), when documents are dealt out at random to eras of the same sizes.

    sizes: how many documents each era has, in the order of the eras. Train on the dealt-out eras: what
    moves there, moves by chance.

    >>> np.bincount(shuffle_eras([3, 2], np.random.default_rng(0))).tolist()
    [3, 2]
    """
    return rng.permutation(np.repeat(np.arange(len(sizes)), sizes))


def chance_of(observed: np.ndarray, shuffled: np.ndarray) -> np.ndarray:
    """Return for each word the share of shuffles in which it moved at least as far, itself counted among them.

    observed: (n,). shuffled: (r, n), one row a shuffle. With r shuffles no share is below 1 / (r + 1).

    >>> chance_of(np.array([0.9, 0.1]), np.array([[0.2, 0.2], [0.3, 0.3], [0.1, 0.4]])).tolist()
    [0.25, 1.0]
    """
    return (1 + (shuffled >= observed).sum(0)) / (1 + len(shuffled))


def load_recorded_eras() -> dict[str, Any]:
    """Return what `benchmarks/record_eras.py` found in the speeches: settings, counts, and the words that moved.

    "words" holds the 30 words that moved farthest beyond chance, in standard deviations ("z") of the shuffled eras.

    >>> load_recorded_eras()["words_followed"]
    698
    """
    return json.loads((files(__package__) / "eras.json").read_text(encoding="utf-8"))
