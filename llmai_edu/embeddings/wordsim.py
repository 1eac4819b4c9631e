"""WordSim353: how closely people find two words related, and how well the cosines of word vectors agree with them.

Finkelstein, Gabrilovich, Matias, Rivlin, Solan, Wolfman and Ruppin 2002, "Placing Search in Context: The Concept
Revisited". The list is theirs (CC BY 4.0); gensim's cosines were added by `benchmarks/record_wordsim.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from llmai_edu.embeddings.vectors import WordVectors

__all__ = ["RatedPairs", "load_wordsim353", "pair_cosines"]


@dataclass(frozen=True)
class RatedPairs:
    """Pairs of words, what people think of them, and what gensim's vectors of the speeches say, as it was recorded.

    pairs: n pairs, in lower case. rating: (n,) mean of 13 or 16 people, 0 unrelated to 10 the same.
    gensim: for each kind, "skipgram" and "cbow", (seeds, n) cosines, nan where a word is not in the vocabulary.
    """

    pairs: tuple[tuple[str, str], ...]
    rating: np.ndarray
    gensim: dict[str, np.ndarray]


def load_wordsim353() -> RatedPairs:
    """Return the list as it is shipped with the package: one pair holds a word twice, and one pair stands there twice.

    >>> load_wordsim353().pairs[1], float(load_wordsim353().rating[1])
    (('tiger', 'cat'), 7.35)
    """
    stored = json.loads((files(__package__) / "wordsim353.json").read_text(encoding="utf-8"))
    first, second, *numbers = zip(*stored["rows"])
    columns = dict(zip(stored["columns"][2:], np.array(numbers, float)))  # null becomes nan
    kinds = {
        kind: np.stack([column for name, column in columns.items() if name.startswith(kind)])
        for kind in ("skipgram", "cbow")
    }
    return RatedPairs(tuple(zip(first, second)), columns["rating"], kinds)


def pair_cosines(vectors: WordVectors, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return the cosine of each pair, (n,), nan where a word is unknown.

    >>> vectors = WordVectors(("king", "queen"), np.array([[1.0, 0.0], [0.6, 0.8]]))
    >>> pair_cosines(vectors, [("king", "queen"), ("king", "cabbage")]).tolist()
    [0.6, nan]
    """
    cosines = np.full(len(pairs), np.nan)
    known = [i for i, pair in enumerate(pairs) if pair[0] in vectors and pair[1] in vectors]
    left, right = (vectors.rows(pairs[i][side] for i in known) for side in (0, 1))
    cosines[known] = np.sum(vectors.unit[left] * vectors.unit[right], axis=1)
    return cosines
