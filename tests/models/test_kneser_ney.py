"""Discounting against NLTK, against hand-worked cases, and against a slow dictionary version of the formulae."""

from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest
from nltk.lm import KneserNeyInterpolated
from nltk.util import everygrams

from llmai_edu.models.kneser_ney import (
    AbsoluteDiscounting,
    KneserNey,
    ModifiedKneserNey,
    modified_discounts,
    plain_discount,
)


def text(length: int, vocab_size: int, seed: int) -> list[int]:
    """Return a skewed random text, so that counts of 1, 2, 3 and 4 all occur."""
    p = np.arange(1, vocab_size + 1) ** -1.2
    return np.random.default_rng(seed).choice(vocab_size, length, p=p / p.sum()).tolist()


def nltk_model(docs: list[list[int]], order: int, discount: float) -> KneserNeyInterpolated:
    model = KneserNeyInterpolated(order, discount=discount)
    grams = [list(everygrams([str(s) for s in doc], max_len=order)) for doc in docs]
    model.fit(grams, vocabulary_text=[str(s) for doc in docs for s in doc])
    return model


@pytest.mark.parametrize("order", [2, 3, 4])
def test_plain_kneser_ney_equals_nltk(order):
    # NLTK stops at the unigram (continuation) distribution, undiscounted: our discount at order 1 is 0. And
    # its text is made circular, so that every shorter n-gram has a neighbour on its left (see the next test).
    once = text(150, vocab_size=7, seed=order)
    docs = [once + once[: order - 1]]
    theirs = nltk_model(docs, order, 0.6)
    ours = KneserNey.fit(docs, order, vocab_size=7, discount=[0.0] + [0.6] * (order - 1))
    for context in product(range(7), repeat=order - 1):
        expected = [theirs.score(str(s), [str(c) for c in context]) for s in range(7)]
        np.testing.assert_allclose(ours.distribution(context), expected, rtol=1e-12)


def test_where_nltk_departs_its_distributions_do_not_sum_to_one():
    # The bigrams x a, x b: "x a" only begins a document. NLTK frees mass for it (it is among the kinds of what
    # follows x) but never counts it (nothing stands before it), so the order-2 distribution sums to more than 1.
    docs = [list(b"xacbxbcb")]
    theirs = nltk_model(docs, 3, 0.5)
    words = [str(s) for s in set(docs[0])]
    after_unseen_bigram = sum(theirs.score(w, [str(ord("a")), str(ord("x"))]) for w in words)
    assert after_unseen_bigram == pytest.approx(1.5)
    assert KneserNey.fit(docs, 3, discount=0.5).distribution(b"ax").sum() == pytest.approx(1)


def test_francisco_counts_once_as_a_continuation():
    # "francisco" (f) is as frequent as "fog" (g), but follows only s; after an unknown context g is likelier.
    s, f, a, b, c, g = range(6)
    docs = [[s, f], [s, f], [s, f], [a, g], [b, g], [c, g]]
    kinds = KneserNey.fit(docs, order=2, vocab_size=6, discount=0.5)
    plain = AbsoluteDiscounting.fit(docs, order=2, vocab_size=6, discount=0.5)
    assert plain.prob([], f) > 0
    # Unigram evidence: f 1 kind, g 3 kinds, of 4; taken 2 * 0.5 of 4, spread over 6 symbols.
    assert kinds.prob([g], f) == pytest.approx(0.5 / 4 + 1 / 4 / 6)
    assert kinds.prob([g], g) == pytest.approx(2.5 / 4 + 1 / 4 / 6)
    assert plain.prob([g], f) == plain.prob([g], g)


# Documents of two symbols, so that the bigram counts are what we write down.
BIGRAMS = {(0, 1): 1, (1, 2): 1, (2, 3): 1, (3, 0): 1, (0, 2): 2, (1, 0): 2, (0, 3): 3, (1, 3): 4}
WORKED = [list(pair) for pair, n in BIGRAMS.items() for _ in range(n)]


def test_modified_kneser_ney_by_hand():
    # Order 2: n1 = 4, n2 = 2, n3 = 1, n4 = 1, so Y = 4 / (4 + 2*2) = 1/2 and
    #   D1 = 1 - 2 * 1/2 * 2/4 = 1/2,  D2 = 2 - 3 * 1/2 * 1/2 = 5/4,  D3 = 3 - 4 * 1/2 * 1/1 = 1.
    # Order 1, different symbols before each: 0 after {1, 3}: 2; 1 after {0}: 1; 2 after {0, 1}: 2;
    #   3 after {0, 1, 2}: 3; eight in all. n1 = 1, n2 = 2, n3 = 1, n4 = 0, so Y = 1 / (1 + 2*2) = 1/5 and
    #   D1 = 1 - 2 * 1/5 * 2/1 = 1/5,  D2 = 2 - 3 * 1/5 * 1/2 = 17/10,  D3 = 3 - 0 = 3.
    #   Taken: 17/10 + 1/5 + 17/10 + 3 = 33/5 of 8; spread over 4 symbols: 33/160 each.
    #   p(0) = 3/80 + 33/160, p(1) = 1/10 + 33/160, p(2) = 3/80 + 33/160, p(3) = 0 + 33/160.
    unigram = np.array([3 / 80, 1 / 10, 3 / 80, 0]) + 33 / 160
    # After 0: 1 once, 2 twice, 3 three times, six in all; taken 1/2 + 5/4 + 1 = 11/4 of 6.
    after_0 = np.array([0, 1 / 2, 3 / 4, 2]) / 6 + 11 / 24 * unigram
    model = ModifiedKneserNey.fit(WORKED, order=2, vocab_size=4)
    np.testing.assert_allclose(model.discounts(2), [0, 1 / 2, 5 / 4, 1])
    np.testing.assert_allclose(model.discounts(1), [0, 1 / 5, 17 / 10, 3])
    np.testing.assert_allclose(model.distribution([]), unigram, rtol=1e-12)
    np.testing.assert_allclose(model.distribution([0]), after_0, rtol=1e-12)
    assert model.prob([0], 1) == pytest.approx(0.2236979166666667)


class SlowModifiedKneserNey:
    """The formulae of Chen and Goodman 1998 (equations 24-27), by dictionaries and sets, one n-gram at a time."""

    def __init__(self, docs, order, vocab_size):
        self.order, self.vocab_size = order, vocab_size
        grams = [Counter(tuple(d[i : i + k]) for d in docs for i in range(len(d) - k + 1)) for k in range(order + 1)]
        self.count = {order: grams[order]}
        for k in range(1, order):
            before = defaultdict(set)
            for gram in grams[k + 1]:
                before[gram[1:]].add(gram[0])
            self.count[k] = Counter({gram: len(kinds) for gram, kinds in before.items()})

    def discount(self, k, c):
        n1, n2, n3, n4 = (sum(v == r for v in self.count[k].values()) for r in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        return {0: 0, 1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2}.get(c, 3 - 4 * y * n4 / n3)

    def prob(self, context, symbol):
        if len(context) >= self.order:
            return self.prob(context[1:], symbol)
        k = len(context) + 1
        lower = self.prob(context[1:], symbol) if k > 1 else 1 / self.vocab_size
        follow = {s: self.count[k][(*context, s)] for s in range(self.vocab_size)}
        if not sum(follow.values()):
            return lower
        alpha = follow[symbol] - self.discount(k, follow[symbol])
        freed = sum(self.discount(k, c) for c in follow.values())
        return (alpha + freed * lower) / sum(follow.values())


def test_modified_kneser_ney_equals_the_slow_version():
    docs = [text(120, 60, seed) for seed in range(4)]
    slow, fast = SlowModifiedKneserNey(docs, 3, 60), ModifiedKneserNey.fit(docs, 3, 60)
    for context in [(), (0,), (7,), (59,), (0, 0), (1, 0), (0, 1), (3, 5), (0, 59), (4, 1, 0)]:
        expected = [slow.prob(context, s) for s in range(60)]
        np.testing.assert_allclose(fast.distribution(context), expected, rtol=1e-12)


def test_order_one_is_kneser_ney_without_continuations():
    docs = [text(80, 9, 0)]
    np.testing.assert_allclose(
        KneserNey.fit(docs, 1, 9).distribution(), AbsoluteDiscounting.fit(docs, 1, 9).distribution()
    )


def test_discounts_fall_back_where_nothing_can_be_estimated():
    assert plain_discount(np.array([5, 7])) == 0.75
    np.testing.assert_array_equal(modified_discounts(np.array([5, 7])), [0, 0.5, 1, 1.5])
    np.testing.assert_array_equal(modified_discounts(np.array([1, 2, 3, 3, 3, 3])), [0, 0.5, 1, 1.5])


@pytest.mark.parametrize("discount", [-0.1, 1.1, [0.5, 2.0]])
def test_bad_discounts_are_refused(discount):
    with pytest.raises(ValueError, match=r"0\.\.1"):
        KneserNey.fit([b"abc"], 2, discount=discount)
