"""Words with their vectors: what the methods return, and what neighbours, analogies and WEAT look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["WordVectors"]


@dataclass(frozen=True)
class WordVectors:
    """V words and their vectors.

    words: V different words. matrix: (V, C). Raises ValueError when the two do not fit together.

    >>> vectors = WordVectors(("king", "queen"), np.array([[3.0, 4.0], [0.0, 2.0]]))
    >>> vectors["queen"].tolist(), vectors.unit.round(1).tolist()
    ([0.0, 2.0], [[0.6, 0.8], [0.0, 1.0]])
    """

    words: Sequence[str]
    matrix: np.ndarray

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or len(self.words) != len(self.matrix):
            raise ValueError(f"{len(self.words)} words need a matrix of as many rows, got shape {self.matrix.shape}")
        if len(self.id_of) != len(self.words):
            raise ValueError("every word must come once; some come twice")

    @cached_property
    def id_of(self) -> dict[str, int]:
        """The row of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def unit(self) -> np.ndarray:
        """(V, C) all vectors scaled to length 1, so that a dot product is a cosine; zero vectors stay zero."""
        length = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        return self.matrix / np.where(length > 0, length, 1)

    def rows(self, words: Iterable[str]) -> np.ndarray:
        """Return the row numbers of words; raises KeyError that names the unknown ones."""
        words = list(words)
        if unknown := [word for word in words if word not in self.id_of]:
            raise KeyError(f"not in this vocabulary of {len(self)} words: {', '.join(unknown)}")
        return np.array([self.id_of[word] for word in words], int)

    def __getitem__(self, word: str) -> np.ndarray:
        return self.matrix[self.rows([word])[0]]

    def __contains__(self, word: object) -> bool:
        return word in self.id_of

    def __len__(self) -> int:
        return len(self.words)

    def __repr__(self) -> str:
        return f"WordVectors({len(self)} words, {self.matrix.shape[1]} dimensions)"
