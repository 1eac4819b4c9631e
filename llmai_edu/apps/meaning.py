"""How near a question is to each code of a register by meaning: cosines of vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from llmai_edu.apps.domain_vectors import stored_vectors, text_key
from llmai_edu.apps.licence_questions import passages
from llmai_edu.apps.registers import Register

__all__ = ["MeanMeaning", "PassageMeaning", "mean_vectors"]

Encode = Callable[[Sequence[str]], np.ndarray]


def mean_vectors(register: Register, encode: Encode) -> np.ndarray:
    """Return for each code the mean of its texts' vectors, made to length 1 again: (N, C).

    >>> register = Register(("A",), ("a",), (("x", "y"),), "")
    >>> mean_vectors(register, lambda texts: np.array([[0.6, 0.8], [0.6, -0.8]])).tolist()
    [[1.0, 0.0]]
    """
    every = [text for texts in register.texts for text in texts]
    owner = np.repeat(np.arange(len(register.codes)), [len(texts) for texts in register.texts])
    vectors = np.asarray(encode(every))
    sums = np.zeros((len(register.codes), vectors.shape[1]), np.float32)
    np.add.at(sums, owner, vectors)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


class MeanMeaning:
    """The cosine of a question and the mean vector of each code. stored: a packaged file that may have the means."""

    def __init__(self, register: Register, encode: Encode, stored: str | None = None):
        known = stored_vectors(stored) if stored else {}
        keys = [text_key(document) for document in register.documents]
        ready = bool(known) and all(key in known for key in keys)
        self.encode = encode
        self.vectors = np.stack([known[key] for key in keys]) if ready else mean_vectors(register, encode)
        self.vectors /= np.linalg.norm(self.vectors, axis=1, keepdims=True)  # float16 rounds

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return (Q, N) cosines."""
        return np.asarray(self.encode(list(queries))) @ self.vectors.T


class PassageMeaning:
    """Long texts: for each passage of the question the best cosine with a passage of the code, and of these the mean.

    most: so many passages of a question are read, spread evenly. The idea, with tokens in place of passages: Khattab
    and Zaharia 2020, "ColBERT".
    """

    def __init__(self, register: Register, encode: Encode, most: int = 6):
        self.encode, self.most, self.size = encode, most, len(register.codes)
        parts = [[one for text in texts for one in passages(text)] for texts in register.texts]
        self.owner = np.repeat(np.arange(self.size), [len(part) for part in parts])
        self.vectors = np.asarray(encode([one for part in parts for one in part]))

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return (Q, N) mean cosines."""
        found = np.zeros((len(queries), self.size), np.float32)
        starts = np.searchsorted(self.owner, np.arange(self.size))
        for row, query in zip(found, queries):
            cosines = np.asarray(self.encode(passages(query, self.most))) @ self.vectors.T  # (P, M)
            row[:] = np.maximum.reduceat(cosines, starts, axis=1).mean(0)
        return found
