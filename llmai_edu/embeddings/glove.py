"""GloVe: vectors whose dot products are the logarithms of how often words stand together.

For every pair that occurs, w_i . c_j + b_i + d_j should be log X_ij. A pair weighs more the more often it occurs, to a
limit; pairs that never occur are left out (Pennington, Socher and Manning 2014, "GloVe: Global Vectors for Word
Representation"; the steps: Duchi, Hazan and Singer 2011, AdaGrad).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from tqdm.auto import tqdm

from llmai_edu.embeddings.cooccurrence import Cooccurrence
from llmai_edu.embeddings.vectors import WordVectors

__all__ = ["GloVe", "adagrad", "glove_gradients", "glove_loss", "glove_weight", "train_glove"]

BATCH = 1024  # pairs: their rows should fit into the processor's cache


def glove_weight(value: torch.Tensor, limit: float = 100.0, power: float = 0.75) -> torch.Tensor:
    """Return how much each pair counts: (X / limit) ** power, at most 1.

    >>> glove_weight(torch.tensor([100.0, 6.25, 400.0])).tolist()
    [1.0, 0.125, 1.0]
    """
    return (value / limit).clamp(max=1) ** power


def glove_loss(w: torch.Tensor, c: torch.Tensor, log_value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return half the weighted sum of squared errors of the log counts.

    w, c: (B, C + 2) the rows of each pair. The last two places hold the biases: (b, 1) in w and (1, d) in c, so that
    the dot product is the whole formula. log_value, weight: (B,).

    >>> w, c = torch.tensor([[2.0, 0.5, 1.0]]), torch.tensor([[3.0, 1.0, 0.5]])
    >>> glove_loss(w, c, torch.tensor([5.0]), torch.tensor([1.0])).item()  # 2 * 3 + 0.5 + 0.5 = 7, wanted 5
    2.0
    """
    error = (w * c).sum(1) - log_value
    return 0.5 * (weight * error**2).sum()


def glove_gradients(
    w: torch.Tensor, c: torch.Tensor, log_value: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the gradients of `glove_loss` for w and c, (B, C + 2) each; the two constant ones get none.

    >>> w, c = torch.tensor([[2.0, 0.5, 1.0]]), torch.tensor([[3.0, 1.0, 0.5]])
    >>> [g.tolist() for g in glove_gradients(w, c, torch.tensor([5.0]), torch.tensor([1.0]))]
    [[[6.0, 2.0, 0.0]], [[4.0, 0.0, 2.0]]]
    """
    error = (weight * ((w * c).sum(1) - log_value)).unsqueeze(1)  # (B, 1)
    dw, dc = error * c, error * w
    dw[:, -1] = 0
    dc[:, -2] = 0
    return dw, dc


def adagrad(table: torch.Tensor, squares: torch.Tensor, ids: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
    """Take an AdaGrad step on the rows that took part: each number is divided by the root of its past squares.

    table, squares: (V, C), both changed in place. ids: (B,), gradient: (B, C). A row that comes twice in the batch adds
    both squares before either step is taken.

    >>> table, squares = torch.zeros(2, 1), torch.zeros(2, 1)
    >>> adagrad(table, squares, torch.tensor([1]), torch.tensor([[3.0]]), rate=0.1)
    >>> round(table[1].item(), 4)  # 3 / sqrt(9) is 1, whatever the gradient: the first step is the rate
    -0.1
    """
    squares.index_add_(0, ids, gradient**2)
    scale = squares.index_select(0, ids).sqrt_().add_(1e-8)
    table.index_add_(0, ids, gradient / scale, alpha=-rate)


@dataclass
class GloVe:
    """The tables w and c, (V, C + 2) each, biases in the last two columns, and the mean loss of each epoch."""

    words: tuple[str, ...]
    w: torch.Tensor
    c: torch.Tensor
    history: list[float] = field(default_factory=list)

    @property
    def vectors(self) -> WordVectors:
        """The words with the sum of their two vectors, as the authors advise."""
        return WordVectors(self.words, (self.w + self.c)[:, :-2].numpy())


def start_tables(n_words: int, dim: int, rng: np.random.Generator) -> list[torch.Tensor]:
    """Return w and c with small random vectors and the constant ones in place."""
    tables = []
    for constant in (-1, -2):
        table = torch.from_numpy(rng.random((n_words, dim + 2), np.float32) - 0.5) / dim
        table[:, constant] = 1
        tables.append(table)
    return tables


def train_glove(
    counts: Cooccurrence,
    *,
    rng: np.random.Generator,
    dim: int = 100,
    epochs: int = 15,
    learning_rate: float = 0.05,
    limit: float = 100.0,
    power: float = 0.75,
    progress: bool = False,
) -> GloVe:
    """Learn vectors from a co-occurrence table, on the CPU.

    limit, power: of `glove_weight`. The limit should grow with the text: 100 was chosen for thousands of millions of
    words. Raises ValueError for an empty table or a count below 1.

    >>> counts = Cooccurrence(np.array([0, 1]), np.array([1, 0]), np.array([9.0, 9.0]), ("a", "b"))
    >>> model = train_glove(counts, rng=np.random.default_rng(0), dim=2, epochs=20)
    >>> model.history[-1] < model.history[0]
    True
    """
    if not len(counts):
        raise ValueError("the co-occurrence table is empty; were the documents single words?")
    if min(dim, epochs) < 1:
        raise ValueError("dim and epochs must be at least 1")
    w, c = start_tables(len(counts.words), dim, rng)
    model, squares = GloVe(counts.words, w, c), (torch.zeros_like(w), torch.zeros_like(c))
    row, column, value = map(torch.from_numpy, (counts.row, counts.column, counts.value.astype(np.float32)))
    log_value, weight = value.log(), glove_weight(value, limit, power)
    with tqdm(total=epochs * len(counts), unit="pair", disable=not progress) as bar:
        for _ in range(epochs):
            total = 0.0
            for batch in torch.from_numpy(rng.permutation(len(counts))).split(BATCH):
                i, j, *target = row[batch], column[batch], log_value[batch], weight[batch]
                rows = w.index_select(0, i), c.index_select(0, j)
                total += glove_loss(*rows, *target).item()
                dw, dc = glove_gradients(*rows, *target)
                adagrad(w, squares[0], i, dw, learning_rate)
                adagrad(c, squares[1], j, dc, learning_rate)
                bar.update(len(batch))
            model.history.append(total / len(counts))
            bar.set_postfix(loss=f"{model.history[-1]:.4f}")
    return model
