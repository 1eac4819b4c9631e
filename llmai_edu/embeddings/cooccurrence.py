"""How often words stand near each other, near ones counting more: the table that GloVe explains.

Pennington, Socher and Manning 2014, "GloVe: Global Vectors for Word Representation", §4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from llmai_edu.embeddings.corpus import Corpus

__all__ = ["Cooccurrence", "count_cooccurrence", "sum_by_key"]


@dataclass(frozen=True)
class Cooccurrence:
    """The entries of a V x V table that are not zero: value[n] stands in row[n], column[n]; all (P,)."""

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return f"Cooccurrence({len(self.words)} words, {len(self)} pairs)"


def sum_by_key(key: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add up the values of equal keys; returns the different keys, sorted, and their sums.

    >>> [part.tolist() for part in sum_by_key(np.array([5, 2, 5]), np.array([1.0, 2.0, 4.0]))]
    [[2, 5], [2.0, 5.0]]
    """
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=key[:1] - 1))
    return key[first], np.add.reduceat(value, first) if len(first) else value


def count_cooccurrence(corpus: Corpus, window: int = 10) -> Cooccurrence:
    """Count every pair of words at most `window` apart in a document; a pair d apart counts 1/d, in both directions.

    One pass over the text for each distance, none for each word: a pair becomes the number row * V + column.

    >>> table = count_cooccurrence(Corpus.from_docs([["a", "b", "b", "a"]], min_count=1), window=2)
    >>> [part.tolist() for part in (table.row, table.column, table.value)]
    [[0, 1, 1], [1, 0, 1], [3.0, 3.0, 2.0]]
    """
    v, keys, values = len(corpus.words), np.array([], np.int64), np.array([])
    for distance in range(1, window + 1):
        together = corpus.doc[distance:] == corpus.doc[:-distance]
        left, right = corpus.ids[:-distance][together], corpus.ids[distance:][together]
        pairs = np.concatenate((left * v + right, right * v + left))
        found, times = np.unique(pairs, return_counts=True)
        keys, values = sum_by_key(np.concatenate((keys, found)), np.concatenate((values, times / distance)))
    return Cooccurrence(keys // v, keys % v, values, corpus.words)
