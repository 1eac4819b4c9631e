"""How sure a measured bits-per-byte is: the bootstrap over paragraphs.

The bytes of one paragraph share their subject and style, so they are not independent draws; paragraphs are nearer
to it. Resampling whole paragraphs asks what another text of the same kind would have given (Efron, "Bootstrap
Methods: Another Look at the Jackknife", 1979).
"""

import re

import numpy as np

__all__ = ["bootstrap_interval", "paragraph_of_byte"]


def paragraph_of_byte(data: bytes) -> np.ndarray:
    """Return the number of the paragraph in which each byte lies; a blank line belongs to the one before it.

    Returns (len(data),) int64, counted from 0. ``np.bincount(paragraph_of_byte(data), nats)`` adds up the losses
    of a byte model by paragraph; for tokens, index by the first byte of each.

    >>> paragraph_of_byte(b"ab\\n\\ncd").tolist()
    [0, 0, 0, 0, 1, 1]
    """
    begins = np.zeros(len(data) + 1, np.int64)
    begins[[blank.end() for blank in re.finditer(rb"\n\n+", data)]] = 1
    return begins.cumsum()[: len(data)]


def bootstrap_interval(
    values: np.ndarray, weights: np.ndarray, *, rng: np.random.Generator, level: float = 0.95, resamples: int = 2000
) -> tuple[float, float]:
    """Return the percentile interval of sum(values) / sum(weights) under resampling of its units.

    values: (P,) for each paragraph the bits that a model needed (or the difference of two models': a paired
    comparison). weights: (P,) its bytes. Raises ValueError for fewer than two paragraphs or unequal lengths.

    >>> rng = np.random.default_rng(0)
    >>> low, high = bootstrap_interval(rng.normal(200, 20, 400), np.full(400, 100), rng=rng)
    >>> low < 2.0 < high, high - low < 0.06
    (True, True)
    """
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    if values.shape != weights.shape or values.ndim != 1 or len(values) < 2:
        raise ValueError(f"need two equal lists of at least 2 numbers, got {values.shape} and {weights.shape}")
    if not 0 < level < 1:
        raise ValueError(f"level is a share such as 0.95, got {level}")
    ratios = np.empty(resamples)
    for i in range(resamples):
        pick = rng.integers(0, len(values), len(values))
        ratios[i] = values[pick].sum() / weights[pick].sum()
    low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
