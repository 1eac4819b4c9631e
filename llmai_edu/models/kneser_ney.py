"""Discounting: take a little from every count, and give what was taken to the shorter context.

Three rungs. Absolute discounting takes the same amount D from each count (Ney, Essen and Kneser 1994).
Kneser-Ney (1995) changes what a shorter context counts: not how often a symbol occurs but after how many different
symbols, for it is asked only about what is new after the longer one ("Francisco" is frequent, but follows one
word). Modified Kneser-Ney (Chen and Goodman 1998) takes different amounts from the counts 1, 2 and 3 or more.
"""

from collections.abc import Sequence

import numpy as np

from llmai_edu.models.ngram import NGram, one_for_each_order
from llmai_edu.models.ngram_counts import NGramCounts

__all__ = ["AbsoluteDiscounting", "KneserNey", "ModifiedKneserNey", "modified_discounts", "plain_discount"]


def plain_discount(counts: np.ndarray) -> float:
    """Estimate one discount from how many n-grams occur once and twice: D = n1 / (n1 + 2 n2).

    counts: (n,) of one order. Where nothing occurs once, nothing can be estimated and D is 0.75.

    >>> plain_discount(np.array([1, 1, 2, 5]))
    0.5
    """
    n1, n2 = np.bincount(counts, minlength=3)[1:3]
    return float(n1 / (n1 + 2 * n2)) if n1 > 0 else 0.75


def modified_discounts(counts: np.ndarray) -> np.ndarray:
    """Estimate the discounts of modified Kneser-Ney from how many n-grams occur 1, 2, 3 and 4 times.

    With Y = n1 / (n1 + 2 n2): D1 = 1 - 2Y n2/n1, D2 = 2 - 3Y n3/n2, D3+ = 3 - 4Y n4/n3. Where there are too few to
    estimate, or an estimate takes nothing or more than there is, all three are KenLM's fallback: 0.5, 1, 1.5.

    counts: (n,) of one order. Returns (4,): the discounts of the counts 0, 1, 2 and 3 or more.

    >>> modified_discounts(np.array([1] * 8 + [2] * 4 + [3] * 2 + [4]))  # Y = 1/2
    array([0.  , 0.5 , 1.25, 2.  ])
    """
    n1, n2, n3, n4 = np.bincount(counts, minlength=5)[1:5].astype(float)
    if min(n1, n2, n3) > 0:
        y = n1 / (n1 + 2 * n2)
        discounts = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        if (discounts[1:] > 0).all():
            return discounts
    return np.array([0, 0.5, 1.0, 1.5])


class AbsoluteDiscounting(NGram):
    """Take D from every count, and trust the shorter context with what was taken.

    discount: D in 0..1, one number or one for each order 1..N; estimated from the counts when not given.

    >>> model = AbsoluteDiscounting.fit([[0, 1, 0, 1]], order=2, vocab_size=2, discount=[0, 0.5])
    >>> model.prob([0], 1)  # (2 - 0.5) / 2 + 0.5 / 2 * (2 / 4)
    0.875
    """

    def __init__(self, counts: NGramCounts, discount: float | Sequence[float] | None = None):
        self.discount = None if discount is None else one_for_each_order(discount, counts.order, "discount")
        super().__init__(counts)

    def evidence(self, k: int) -> np.ndarray:
        """Return the number that stands for each k-gram: here how often it occurs."""
        return self.counts.levels[k - 1].counts

    def discounts(self, k: int) -> np.ndarray:
        """Return (4,) what is taken from a count of 0, 1, 2, and 3 or more at order k."""
        d = plain_discount(self.evidence(k)) if self.discount is None else self.discount[k - 1]
        return np.array([0, d, d, d])

    def smooth(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        context, count = self.counts.levels[k - 1].context, self.evidence(k)
        taken = self.discounts(k)[np.minimum(count, 3)]
        total = self.context_totals(k, count)
        freed = self.context_totals(k, taken)
        seen = np.maximum(total, 1)  # a context without evidence: 0 / 1, and gamma becomes 1 below
        return (count - taken) / seen[context], np.where(total > 0, freed / seen, 1.0)


class KneserNey(AbsoluteDiscounting):
    """Interpolated Kneser-Ney with one discount an order; a shorter context counts kinds, not occurrences.

    Below the highest order an n-gram counts once for each different symbol that stands before it somewhere. (One
    that only ever begins a document has none before it and counts 0.) The lowest order is interpolated with the uniform
    distribution, so that nothing is impossible.

    >>> model = KneserNey.fit([b"san francisco, san francisco, a fan of san francisco"], order=3, discount=0.75)
    >>> model.prob(b"sa", ord("n")) > 0.7
    True
    """

    def evidence(self, k: int) -> np.ndarray:
        if k == self.order:
            return self.counts.levels[k - 1].counts
        longer = self.counts.levels[k]
        return np.bincount(longer.suffix, minlength=len(self.counts.levels[k - 1].keys))


class ModifiedKneserNey(KneserNey):
    """Interpolated modified Kneser-Ney: three discounts an order, estimated from the counts.

    Chen and Goodman 1998, section 3: the best of the n-gram models that they compared.

    >>> model = ModifiedKneserNey.fit([b"to be or not to be"], order=4)
    >>> bool(np.isclose(model.distribution(b"to b").sum(), 1))
    True
    """

    def __init__(self, counts: NGramCounts):
        super().__init__(counts)

    def discounts(self, k: int) -> np.ndarray:
        return modified_discounts(self.evidence(k))
