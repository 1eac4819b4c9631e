"""BM25 as a share: how much of a question's word weight a text has, so that it can be added to a cosine.

Convex combination of such scores: Bruch, Gai and Ingber 2022, "An Analysis of Fusion Functions for Hybrid Retrieval".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.retrieval import KeywordIndex, plain_words

__all__ = ["WordShare"]


class WordShare:
    """Texts by their words: BM25 divided by the most that a text could get for the question.

    A word that n of N texts have weighs log(1 + (N - n + 1/2) / (n + 1/2)); one that no text has weighs most. So a
    question of strange words gets little from any text. Raises ValueError for no texts.

    >>> WordShare(["a dog", "a cat"]).scores(["cat", "zebra"]).round(2).tolist()
    [[0.0, 0.4], [0.0, 0.0]]
    """

    def __init__(self, texts: Sequence[str]):
        if not texts:
            raise ValueError("WordShare needs at least one text")
        self.index = KeywordIndex([Chunk(text, "", 0, len(text)) for text in texts])
        self.size = len(texts)
        self.holders = Counter(word for text in texts for word in set(plain_words(text)))

    def most(self, query: str) -> float:
        """Return what a text would get at most: the weights of the question's words added up; 0 without a word."""
        counts = [self.holders[word] for word in plain_words(query)]
        return sum(math.log(1 + (self.size - n + 0.5) / (n + 0.5)) for n in counts)

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return (Q, N) shares, 0 to 1."""
        most = np.array([self.most(query) or 1.0 for query in queries])
        return self.index.scores(queries) / most[:, None]
