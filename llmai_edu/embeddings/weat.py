"""The Word Embedding Association Test: are some words nearer to one set of attributes than others are?

Caliskan, Bryson and Narayanan 2017, "Semantics derived automatically from language corpora contain human-like biases".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from llmai_edu.embeddings.vectors import WordVectors

__all__ = ["WEAT", "association", "effect_size", "permutation_p", "weat"]

EXACT_UP_TO = 20_000  # ways to split the targets; beyond that a sample of them must do


@dataclass(frozen=True)
class WEAT:
    """What the test says: effect size (in standard deviations, -2 to 2) and one-sided p-value."""

    effect: float
    p: float
    exact: bool


def association(unit: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return how much nearer each target is to the attributes a than to b: mean cosine with a minus mean with b.

    unit: (n, C), a: (n_a, C), b: (n_b, C), all rows of length 1. Returns (n,).

    >>> association(np.eye(2), a=np.array([[1.0, 0.0]]), b=np.array([[0.0, 1.0]])).tolist()
    [1.0, -1.0]
    """
    return unit @ a.mean(0) - unit @ b.mean(0)


def effect_size(x: np.ndarray, y: np.ndarray) -> float:
    """Return the difference of the mean associations of two sets of targets, in standard deviations of all of them.

    x, y: associations (n_x,), (n_y,). The deviation divides by n - 1.

    >>> round(effect_size(np.array([1.0, 3.0]), np.array([-1.0, 1.0])), 3)  # (2 - 0) / 1.633
    1.225
    """
    spread = np.concatenate((x, y)).std(ddof=1)
    if spread == 0:
        raise ValueError("all targets have the same association: there is nothing to compare")
    return float((x.mean() - y.mean()) / spread)


def permutation_p(x: np.ndarray, y: np.ndarray, rng: np.random.Generator, samples: int = 10_000) -> tuple[float, bool]:
    """Return the share of ways to split the targets whose difference is at least as large, and whether all were tried.

    x, y: associations, as many in each. Up to 20,000 ways are all tried; else `samples` are drawn, and the split that
    was observed counts as one of them, so that p is never 0.

    >>> permutation_p(np.array([3.0, 2.0]), np.array([1.0, 0.0]), np.random.default_rng(0))  # 1 of 6 ways
    (0.16666666666666666, True)
    """
    every, n = np.concatenate((x, y)), len(x)
    # The sum of one half decides: the other half's is the total minus it.
    observed = x.sum() - 1e-12 * np.abs(every).sum()  # a tie must count, whatever the order of adding
    if comb(len(every), n) <= EXACT_UP_TO:
        sums = every[np.array(list(combinations(range(len(every)), n)))].sum(1)
        return float((sums >= observed).mean()), True
    shuffled = rng.permuted(np.broadcast_to(every, (samples, len(every))), axis=1)
    reached = int((shuffled[:, :n].sum(1) >= observed).sum())
    return (reached + 1) / (samples + 1), False


def weat(
    vectors: WordVectors,
    x: Sequence[str],
    y: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    *,
    rng: np.random.Generator,
    samples: int = 10_000,
) -> WEAT:
    """Test whether the targets x are nearer to the attributes a, and y to b, than a random split of them would be.

    x and y need as many words each. Raises KeyError that names unknown words, ValueError for unequal or empty sets.

    >>> vectors = WordVectors(tuple("xyab"), np.array([[1.0, 0.1], [0.1, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    >>> round(weat(vectors, ["x"], ["y"], ["a"], ["b"], rng=np.random.default_rng(0)).effect, 3)
    1.414
    """
    if len(x) != len(y) or not all(map(len, (x, y, a, b))):
        raise ValueError(f"x and y need as many words each, and no set may be empty; got {len(x)} and {len(y)}")
    unit_x, unit_y, unit_a, unit_b = (vectors.unit[vectors.rows(words)] for words in (x, y, a, b))
    s_x, s_y = association(unit_x, unit_a, unit_b), association(unit_y, unit_a, unit_b)
    return WEAT(effect_size(s_x, s_y), *permutation_p(s_x, s_y, rng, samples))
