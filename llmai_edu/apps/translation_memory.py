"""The translator that never writes: it looks up the nearest text that was translated before, and repeats that."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["TranslationMemory", "trigrams"]

AT_ONCE = 256  # texts that are compared with the whole memory together


def trigrams(text: str) -> set[str]:
    """All runs of three characters, in small letters, with a space before and after.

    >>> sorted(trigrams("Off"))
    [' of', 'ff ', 'off']
    """
    padded = f" {text.lower()} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


class TranslationMemory:
    """Known texts and their translations.

    english, foreign: equally long. Likeness is the share of trigrams that both have of those that either has
    (Jaccard). Raises ValueError for unequal or empty lists.

    >>> memory = TranslationMemory(["turn on", "stop"], ["allumer", "arrêter"])
    >>> memory.nearest(["turn off"])
    [('allumer', 0.5)]
    """

    def __init__(self, english: Sequence[str], foreign: Sequence[str]) -> None:
        if len(english) != len(foreign) or not len(english):
            raise ValueError(f"need as many translations as texts, at least 1: got {len(english)}, {len(foreign)}")
        self.foreign = list(foreign)
        found = [trigrams(text) for text in english]
        self.columns = {gram: column for column, gram in enumerate(sorted(set().union(*found)))}
        self.sizes = np.array([len(grams) for grams in found], np.float32)
        self.known = self._matrix(found).T.tocsr()

    def nearest(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """For each text the translation of the most similar known one (the first of equals), and how alike they are."""
        answers = []
        for start in range(0, len(texts), AT_ONCE):
            found = [trigrams(text) for text in texts[start : start + AT_ONCE]]
            both = (self._matrix(found) @ self.known).toarray()  # (Q, N)
            likeness = both / (np.array([[len(grams)] for grams in found]) + self.sizes - both)
            best = likeness.argmax(1)
            answers += [(self.foreign[one], float(row[one])) for one, row in zip(best, likeness)]
        return answers

    def _matrix(self, found: Sequence[set[str]]) -> csr_matrix:
        """(texts, trigrams), 1 where a text has one; unknown trigrams have no column."""
        columns = [[self.columns[gram] for gram in grams if gram in self.columns] for grams in found]
        starts = np.cumsum([0, *map(len, columns)])
        flat = np.concatenate([np.array(row, int) for row in columns]) if starts[-1] else np.zeros(0, int)
        shape = len(found), len(self.columns)
        return csr_matrix((np.ones(len(flat), np.float32), flat, starts), shape=shape)
