"""Texts compared by the runs of words that they share: no model, and hard to beat where a text is a copy.

Broder 1997, "On the resemblance and containment of documents".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from llmai_edu.datasets.near_duplicates import shingles

__all__ = ["ShingleShare", "shingle_scores"]


def shingle_scores(queries: Sequence[str], texts: Sequence[str], n: int = 3) -> np.ndarray:
    """Return the resemblance of each query and each text: the share of common runs among all runs of the two.

    Returns (Q, N), 0 (nothing in common) to 1 (the same runs). An excerpt resembles its whole little; among several
    wholes, still that one most.

    >>> shingle_scores(["a b c d"], ["a b c e", "A, b, c, d!"]).tolist()
    [[0.3333333333333333, 1.0]]
    """
    ours, theirs = [shingles(one, n) for one in queries], [shingles(one, n) for one in texts]
    return np.array([[len(a & b) / (len(a | b) or 1) for b in theirs] for a in ours]).reshape(len(ours), len(theirs))


class ShingleShare:
    """Texts by common runs of three words: the mean of how much of the question a text holds, and their resemblance.

    The first alone would not tell a text from a longer one that holds all of it; the second alone fails on excerpts.

    >>> ShingleShare(["a b c d", "a b c d e f"]).scores(["a b c d"]).tolist()
    [[1.0, 0.75]]
    """

    def __init__(self, texts: Sequence[str], n: int = 3):
        self.n, self.texts = n, [shingles(text, n) for text in texts]

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return (Q, N) shares, 0 to 1."""
        found = np.zeros((len(queries), len(self.texts)))
        for row, query in zip(found, queries):
            ours = shingles(query, self.n)
            for i, theirs in enumerate(self.texts):
                common = len(ours & theirs)
                row[i] = (common / (len(ours) or 1) + common / (len(ours | theirs) or 1)) / 2
        return found
