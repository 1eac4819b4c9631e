"""N-gram language models: the next symbol given the last few, from counts.

All of them are one recursion over the orders k = 1, 2, ... N, starting from the uniform distribution (order 0):

    p_k(symbol | context) = alpha_k(context + symbol) + gamma_k(context) * p_{k-1}(symbol | shorter context)

``alpha`` is what the counts say, ``gamma`` is the share of the probability left for the shorter context. A rung of
the ladder is a choice of these two: maximum likelihood and add-k here, Jelinek-Mercer too; discounting and
Kneser-Ney in `kneser_ney`. The frame follows Chen and Goodman, "An Empirical Study of Smoothing Techniques for
Language Modeling", 1998 (TR-10-98).
"""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np

from llmai_edu.models.ngram_counts import NGramCounts, Symbols, as_symbols, count_ngrams

__all__ = ["AddK", "JelinekMercer", "MaximumLikelihood", "NGram"]


class NGram:
    """A model of order N made of counts; a subclass says, in `smooth`, how counts become probabilities.

    counts: what `count_ngrams` returned. Several models can share one table: counting is the slow part.
    """

    #: False: what the counts leave goes to the uniform distribution instead of the shorter context.
    interpolated = True

    def __init__(self, counts: NGramCounts):
        self.counts = counts
        self.order, self.vocab_size = counts.order, counts.vocab_size
        self.alpha, self.gamma = [], []
        for k in range(1, self.order + 1):
            alpha, gamma = self.smooth(k)
            # Id -1 means "never occurred" and reads the last entry: no evidence, all trust in the shorter context.
            self.alpha.append(np.append(alpha, 0.0))
            self.gamma.append(np.append(gamma, 1.0))

    @classmethod
    def fit(cls, docs: Iterable[Symbols], order: int, vocab_size: int = 256, **options) -> Self:
        """Count the n-grams of the documents and return the model made of them.

        docs: a list of bytes, or of sequences of token ids below vocab_size. options: the subclass's own.

        >>> model = MaximumLikelihood.fit([b"banana"], order=2)
        >>> model.prob(b"a", ord("n"))
        1.0
        """
        return cls(count_ngrams(docs, order, vocab_size), **options)

    def smooth(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return alpha (one for each k-gram) and gamma (one for each (k-1)-gram, the contexts)."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to smooth")

    def log_prob(self, sequence: Symbols) -> np.ndarray:
        """Return the natural log of the probability of each symbol of a document, given those before it.

        sequence: T symbols. Returns (T,) nats, -inf where the model says impossible.

        >>> MaximumLikelihood.fit([b"banana"], order=2).log_prob(b"na").round(2)  # 2 of 6 symbols; n -> a always
        array([-1.1,  0. ])
        """
        symbols = as_symbols(sequence, self.vocab_size)
        p = np.full(len(symbols), 1 / self.vocab_size)
        ids = np.zeros(len(symbols) + 1, np.int64)  # the k-gram that starts here; at first the empty one
        for k, level in enumerate(self.counts.levels, 1):
            context, ids = ids[:-1], level.find(ids[:-1], symbols[k - 1 :])
            lower = p[k - 1 :] if self.interpolated else 1 / self.vocab_size
            p[k - 1 :] = self.alpha[k - 1][ids] + self.gamma[k - 1][context] * lower
        with np.errstate(divide="ignore"):  # log 0 = -inf is an honest answer
            return np.log(p)

    def distribution(self, context: Symbols = b"") -> np.ndarray:
        """Return the probability of every symbol after a context, of which the last N-1 symbols are read.

        Returns (V,) that sums to 1.

        >>> p = MaximumLikelihood.fit([b"banana"], order=2).distribution(b"ban")
        >>> chr(p.argmax()), float(p.sum())
        ('a', 1.0)
        """
        symbols = as_symbols(context, self.vocab_size)
        symbols = symbols[max(0, len(symbols) - self.order + 1) :]
        p = np.full(self.vocab_size, 1 / self.vocab_size)
        ids = np.zeros(len(symbols) + 1, np.int64)  # the last one is always the context of this order
        for k, level in enumerate(self.counts.levels[: len(symbols) + 1], 1):
            first_key = ids[-1] * self.vocab_size
            low, high = np.searchsorted(level.keys, [first_key, first_key + self.vocab_size])
            p = self.gamma[k - 1][ids[-1]] * (p if self.interpolated else np.full_like(p, 1 / self.vocab_size))
            p[level.keys[low:high] - first_key] += self.alpha[k - 1][low:high]
            ids = level.find(ids[:-1], symbols[k - 1 :])
        return p

    def prob(self, context: Symbols, symbol: int) -> float:
        """Return the probability of one symbol after a context.

        Raises ValueError for a symbol outside the vocabulary.
        """
        as_symbols([symbol], self.vocab_size)
        return float(self.distribution(context)[symbol])

    def sample(self, rng: np.random.Generator, length: int, prompt: Symbols = b"") -> np.ndarray:
        """Draw symbols one after another, each from the distribution after those before it.

        Returns (length,) int64 without the prompt; ``bytes(model.sample(...).tolist())`` for bytes.
        """
        text = as_symbols(prompt, self.vocab_size).tolist()
        for _ in range(length):
            context = text[max(0, len(text) - self.order + 1) :]
            cumulative = self.distribution(context).cumsum()
            text.append(int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")))
        return np.array(text[len(text) - length :], np.int64)

    def context_totals(self, k: int, counts: np.ndarray) -> np.ndarray:
        """Add up counts of k-grams by context: (n_contexts,), 0 for a context that no symbol ever followed."""
        n_contexts = len(self.counts.levels[k - 2].keys) if k > 1 else 1
        return np.bincount(self.counts.levels[k - 1].context, counts, n_contexts)


def one_for_each_order(value: float | Sequence[float], order: int, name: str) -> np.ndarray:
    """Return (order,) numbers in 0..1 from one or from as many; `name` is what errors call them.

    Raises ValueError for another number of them, and for a number outside 0..1.

    >>> one_for_each_order(0.5, 3, "weight").tolist()
    [0.5, 0.5, 0.5]
    """
    numbers = np.asarray(value, float)
    if numbers.shape not in ((), (order,)):
        raise ValueError(f"give one {name}, or {order}: one for each order; got {value}")
    if not ((numbers >= 0) & (numbers <= 1)).all():  # nan is neither
        raise ValueError(f"a {name} must lie in 0..1, got {value}")
    return np.broadcast_to(numbers, (order,))


class MaximumLikelihood(NGram):
    """The share of times that the symbol followed the context: zero for whatever was never seen.

    After a context that was never seen the share is 0/0; the uniform distribution stands in.

    >>> model = MaximumLikelihood.fit([b"banana"], order=2)
    >>> model.prob(b"n", ord("n")), model.prob(b"x", ord("n")) == 1 / 256
    (0.0, True)
    """

    interpolated = False

    def smooth(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        level = self.counts.levels[k - 1]
        total = self.context_totals(k, level.counts)
        return level.counts / total[level.context], (total == 0).astype(float)


class AddK(NGram):
    """Pretend that every symbol was seen k times more after every context (Laplace: k = 1; Lidstone: any k > 0).

    >>> AddK.fit([[0, 1, 0, 1]], order=2, vocab_size=2, k=1.0).prob([0], 1)  # (2 + 1) / (2 + 2 * 1)
    0.75
    """

    interpolated = False

    def __init__(self, counts: NGramCounts, k: float = 1.0):
        if not 0 < k < np.inf:
            raise ValueError(f"k must be positive and finite, got {k}; MaximumLikelihood is the model with k = 0")
        self.k = k
        super().__init__(counts)

    def smooth(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        level = self.counts.levels[k - 1]
        added = self.k * self.vocab_size
        total = self.context_totals(k, level.counts) + added
        return level.counts / total[level.context], added / total


class JelinekMercer(NGram):
    """Mix the maximum-likelihood estimates of all orders with fixed weights (Jelinek and Mercer 1980).

    weight: the trust in the longer context, in 0..1; one number, or one for each order 1..N.

    >>> model = JelinekMercer.fit([[0, 1, 0, 1]], order=2, vocab_size=2, weight=[1.0, 0.9])
    >>> round(model.prob([0], 1), 2)  # 0.9 * 2/2 + 0.1 * 2/4
    0.95
    """

    def __init__(self, counts: NGramCounts, weight: float | Sequence[float] = 0.8):
        self.weight = one_for_each_order(weight, counts.order, "weight")
        super().__init__(counts)

    def smooth(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        level = self.counts.levels[k - 1]
        total = self.context_totals(k, level.counts)
        weight = self.weight[k - 1]
        return weight * level.counts / total[level.context], np.where(total > 0, 1 - weight, 1.0)
