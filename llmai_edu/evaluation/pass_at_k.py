"""pass@k: the chance that at least one of k answers is right, estimated from n answers without a bias."""

import numpy as np

__all__ = ["pass_at_k"]


def pass_at_k(right: np.ndarray, n: int, k: int) -> np.ndarray:
    """For each problem, of whose n answers `right` are right: 1 - C(n - c, k) / C(n, k).

    That is the share of all choices of k of the n answers that hold a right one. 1 - (1 - c/n)^k would be too low on
    the mean. right: (P,) counts. Returns (P,). Raises ValueError unless 1 ≤ k ≤ n and 0 ≤ right ≤ n. Chen et al. 2021,
    "Evaluating Large Language Models Trained on Code", section 2.1.

    >>> pass_at_k(np.array([0, 1, 2, 4]), n=4, k=2).round(3).tolist()
    [0.0, 0.5, 0.833, 1.0]
    """
    right = np.asarray(right)
    if not 1 <= k <= n:
        raise ValueError(f"k must lie in 1 … {n}, the number of answers, got {k}")
    if right.size and (right.min() < 0 or right.max() > n):
        raise ValueError(f"of {n} answers, 0 to {n} are right; got {right.min()} to {right.max()}")
    wrong = n - right[:, None]  # (P, 1)
    drawn = np.arange(k)  # all k drawn are wrong: wrong/n · (wrong - 1)/(n - 1) · …
    return 1 - (np.maximum(wrong - drawn, 0) / (n - drawn)).prod(axis=1)
