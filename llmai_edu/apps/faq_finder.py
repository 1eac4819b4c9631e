"""Find the entry of an FAQ that answers a message: vectors, and a linear bridge from customers' words to the shop's.

Customers and the FAQ say the same in other words. A matrix that is learned from a few old messages turns a message's
vector towards that of its entry; the encoder stays as it is. It is logistic regression whose classes are vectors.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from llmai_edu.datasets.shop_faq import FaqEntry

__all__ = ["entry_vectors", "find_scores", "fit_bridge", "sureness"]


def entry_vectors(entries: Sequence[FaqEntry], encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """A vector for each entry: of its question, its answer, and both together, averaged with weights 1, 1 and 2.

    encode: from N texts to (N, C) vectors of length 1. Returns (E, C), of length 1.

    >>> same = lambda texts: np.tile([0.6, 0.8], (len(texts), 1))
    >>> entry_vectors([FaqEntry("a", "b", "Why?", "So.")], same).round(3).tolist()
    [[0.6, 0.8]]
    """
    questions, answers = [one.question for one in entries], [one.answer for one in entries]
    both = [f"{q} {a}" for q, a in zip(questions, answers)]
    mixed = encode(questions) + encode(answers) + 2 * encode(both)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def fit_bridge(
    queries: np.ndarray, entries: np.ndarray, gold: Sequence[int], *, scale: float = 20.0, l2: float = 4.0
) -> np.ndarray:
    """A matrix W (C, C) that makes `queries @ W` nearest to the right entries, and stays near the identity.

    It minimises the cross-entropy of softmax(scale · q W Eᵀ), summed over the queries, plus l2 · |W - I|². The loss is
    convex, so the start does not matter. queries: (N, C). entries: (E, C). gold: (N,) the right row of `entries` for
    each query. Raises ValueError when the sizes do not fit, or l2 is not above 0.

    >>> q, e = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> (q @ fit_bridge(q, e, [0, 1], l2=0.01) @ e.T).argmax(1).tolist()  # without the bridge it is [1, 0]
    [0, 1]
    """
    x, e, y = (torch.as_tensor(np.asarray(part)) for part in (queries, entries, gold))
    if x.ndim != 2 or e.ndim != 2 or x.shape[1] != e.shape[1] or len(x) != len(y):
        raise ValueError(f"need queries (N, C), entries (E, C) and N places, got {x.shape}, {e.shape}, {len(y)}")
    if not l2 > 0:
        raise ValueError(f"l2 must be above 0, got {l2}")
    x, e = x.double(), e.double()
    turn = torch.zeros(x.shape[1], x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([turn], max_iter=60, tolerance_grad=1e-6, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        logits = scale * (x + x @ turn) @ e.T  # (N, E)
        total = F.cross_entropy(logits, y, reduction="sum") + l2 * turn.square().sum()
        total.backward()
        return total

    optimizer.step(loss)
    return np.eye(x.shape[1]) + turn.detach().numpy()


def find_scores(queries: np.ndarray, entries: np.ndarray, bridge: np.ndarray | None = None) -> np.ndarray:
    """The score of each entry for each query, (Q, E): cosines, or products with the turned queries.

    >>> find_scores(np.array([[1.0, 0.0]]), np.eye(2)).tolist()
    [[1.0, 0.0]]
    """
    return (queries if bridge is None else queries @ bridge) @ entries.T


def sureness(scores: np.ndarray) -> np.ndarray:
    """How sure the search is of its first hit: its score, plus its lead over the second; (Q, E) → (Q,).

    >>> sureness(np.array([[0.5, 0.75, 0.25]])).tolist()
    [1.0]
    """
    second, first = np.sort(scores, axis=1)[:, -2:].T
    return first + (first - second)
