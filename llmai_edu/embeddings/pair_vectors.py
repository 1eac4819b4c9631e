"""Vectors for the tokens of two languages at once, counted from pairs of texts: a start for a translator.

A word and its translation stand in the same pairs, so they keep the same company, and get vectors of one direction.
This is the counting of GloVe (lesson 04), where the window is a pair of texts.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

__all__ = ["pair_vectors", "positive_pmi"]


def positive_pmi(counts: sparse.csr_matrix, smoothing: float = 0.75) -> sparse.csr_matrix:
    """How much more often two tokens meet than by chance: log p(a, b) / (p(a) p(b)), and 0 where that is negative.

    counts: (V, V), symmetric. smoothing: the power that makes rare partners less surprising (Levy, Goldberg and Dagan
    2015, "Improving Distributional Similarity with Lessons Learned from Word Embeddings"); the mean over both
    directions is returned. Pairs that never meet are 0.

    >>> counts = sparse.csr_matrix([[0.0, 2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 4.0]])
    >>> positive_pmi(counts, smoothing=1.0).toarray().round(3)[0].tolist()     # log(2 · 8 / (2 · 2))
    [0.0, 1.386, 0.0]
    """
    sums = np.asarray(counts.sum(1)).ravel()
    shares = sums**smoothing / (sums**smoothing).sum()
    found = counts.tocoo()
    values = np.log(found.data / (sums[found.row] * shares[found.col]))
    positive = sparse.csr_matrix((np.maximum(values, 0.0), (found.row, found.col)), shape=counts.shape)
    return ((positive + positive.T) / 2).tocsr()


def pair_vectors(pairs: Iterable[Sequence[int]], vocab_size: int, channels: int, *, seed: int = 0) -> np.ndarray:
    """A vector for each token, from the tokens that stand in the same pairs of texts.

    pairs: for each pair the tokens of both texts together; how often and where they stand there is no matter.
    Counted, weighed by `positive_pmi`, and cut to its largest `channels` directions; a long pair counts less for each
    two of its tokens. Returns (vocab_size, channels) of float32, each of length √channels, as embeddings of a T5 begin.
    Tokens that meet nobody get a random direction, drawn by `seed`. Raises ValueError for less than 1 channel or
    no fewer channels than tokens.

    >>> vectors = pair_vectors([[0, 1, 2, 3], [2, 3, 4], [4, 5], [0, 1]], vocab_size=6, channels=3)
    >>> vectors.shape, (vectors**2).sum(1).round(3).tolist()
    ((6, 3), [3.0, 3.0, 3.0, 3.0, 3.0, 3.0])
    """
    if not 0 < channels < vocab_size:
        raise ValueError(f"channels must be from 1 to {vocab_size - 1}, got {channels}")
    rows = [sorted(set(pair)) for pair in pairs]
    columns = np.concatenate([np.array(row, int) for row in rows])
    weights = np.concatenate([np.full(len(row), max(len(row), 1) ** -0.5) for row in rows])
    starts = np.cumsum([0, *map(len, rows)])
    present = sparse.csr_matrix((weights, columns, starts), shape=(len(rows), vocab_size))
    counts = (present.T @ present).tolil()
    counts.setdiag(0.0)
    counts = counts.tocsr()
    counts.eliminate_zeros()
    rng = np.random.default_rng(seed)
    directions, sizes, _ = svds(positive_pmi(counts), k=channels, v0=rng.normal(size=vocab_size))
    vectors = directions * np.sqrt(sizes)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    known = norms > 1e-6 * norms.max()
    vectors = np.where(known, vectors, rng.normal(size=vectors.shape))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) * channels**0.5).astype(np.float32)
