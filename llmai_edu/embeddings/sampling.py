"""The two lotteries of word2vec: which frequent words are skipped, and which words serve as wrong answers.

Mikolov, Sutskever, Chen, Corrado and Dean 2013, "Distributed Representations of Words and Phrases and their
Compositionality", §§2.2-2.3.
"""

from __future__ import annotations

import numpy as np

__all__ = ["NegativeSampler", "keep_probability"]


def keep_probability(counts: np.ndarray, threshold: float = 1e-3) -> np.ndarray:
    """Return the chance of each word to be read at all: small for words like "the", 1 for most.

    A word that makes up the share f of the text is kept with probability sqrt(t/f) + t/f. That is what the authors'
    program computes; the paper prints sqrt(t/f). counts: (V,). threshold: t; 0 keeps everything.

    >>> keep_probability(np.array([9000, 900, 100]), threshold=0.01).round(2)
    array([0.12, 0.44, 1.  ])
    """
    if threshold < 0:
        raise ValueError(f"threshold is a share of the text, such as 0.001; got {threshold}")
    if threshold == 0:
        return np.ones(len(counts))
    ratio = threshold * counts.sum() / counts  # t / f
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


class NegativeSampler:
    """Draws words with probability proportional to count ** power, at binary-search speed.

    The line from 0 to 1 is cut into V pieces, each as long as its word is probable; a random point falls into a piece.
    power: 1 draws as in the text, 0 all words alike; 3/4 worked best for the authors.

    >>> sampler = NegativeSampler(np.array([16, 1]))
    >>> sampler.probability.round(3).tolist()  # 16 ** 0.75 = 8
    [0.889, 0.111]
    >>> sampler.draw(np.random.default_rng(0), (2, 3)).shape
    (2, 3)
    """

    def __init__(self, counts: np.ndarray, power: float = 0.75):
        if len(counts) == 0 or np.min(counts) <= 0:
            raise ValueError("every word needs a count of at least 1; leave the others out of the vocabulary")
        weight = np.asarray(counts, float) ** power
        self.probability = weight / weight.sum()
        self.edges = np.cumsum(self.probability)[:-1]  # where one piece ends and the next begins

    def draw(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
        """Return ids of the given shape, drawn independently."""
        return np.searchsorted(self.edges, rng.random(shape), side="right")
