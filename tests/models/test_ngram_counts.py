"""Counts against a hand-worked case and against Python's own Counter."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.models.ngram_counts import as_symbols, count_ngrams, rank_keys

CORPORA = st.lists(st.binary(min_size=1, max_size=30).map(lambda b: bytes(x % 5 for x in b)), min_size=1)


def test_hand_worked_counts():
    # banana: b a n a n a.  Bigrams: ba, an x2, na x2.  Trigrams: ban, ana x2, nan.
    counts = count_ngrams([b"banana"], order=3)
    assert [len(level.keys) for level in counts.levels] == [3, 3, 3]
    assert [counts.count(g) for g in (b"a", b"b", b"n", b"x")] == [3, 1, 2, 0]
    assert [counts.count(g) for g in (b"ba", b"an", b"na", b"nn")] == [1, 2, 2, 0]
    assert [counts.count(g) for g in (b"ban", b"ana", b"nan", b"anb")] == [1, 2, 1, 0]
    assert len(counts) == 9


@given(CORPORA)
def test_counts_and_suffixes_equal_a_dictionary(docs):
    order = min(4, max(map(len, docs)))
    counts = count_ngrams(docs, order, vocab_size=5)
    names = [{0: ()}]  # for every order, which n-gram an id means
    for k, level in enumerate(counts.levels, 1):
        by_hand = Counter(tuple(d[i : i + k]) for d in docs for i in range(len(d) - k + 1))
        names.append({i: (*names[-1][c], s) for i, (c, s) in enumerate(zip(level.context, level.keys % 5))})
        assert {names[k][i]: n for i, n in enumerate(level.counts)} == by_hand
        assert list(names[k].values()) == sorted(by_hand)  # ids are in the order of the alphabet
        assert all(names[k - 1][s] == names[k][i][1:] for i, s in enumerate(level.suffix))


def test_no_ngram_spans_two_documents():
    counts = count_ngrams([b"ab", b"cd"], order=2)
    assert counts.count(b"bc") == 0
    assert counts.count(b"cd") == 1


@pytest.mark.parametrize("largest", [50, 10**12])  # by a table, by a sort
def test_ranks_equal_numpy_unique(largest):
    keys = np.random.default_rng(0).choice([0, 7, 30, largest // 2, largest], 300)
    distinct, rank, counts, example = rank_keys(keys)
    for ours, theirs in zip((distinct, rank, counts), np.unique(keys, return_inverse=True, return_counts=True)):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(keys[example], distinct)


def test_shorter_counts_are_the_same_as_counting_less():
    docs = [b"to be or not to be", b"that is the question"]
    for ours, fresh in zip(count_ngrams(docs, 5).up_to(3).levels, count_ngrams(docs, 3).levels, strict=True):
        np.testing.assert_array_equal(ours.keys, fresh.keys)
        np.testing.assert_array_equal(ours.counts, fresh.counts)


def test_token_ids_of_a_large_vocabulary():
    counts = count_ngrams([[49151, 7, 49151, 7]], order=3, vocab_size=49152)
    assert counts.count([49151, 7]) == 2
    assert counts.count([7, 49151, 7]) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: as_symbols("text"), TypeError, "encode"),
        (lambda: as_symbols([0.5]), TypeError, "integers"),
        (lambda: as_symbols([256]), ValueError, "0..255"),
        (lambda: as_symbols([-1]), ValueError, "0..255"),
        (lambda: count_ngrams(b"abc", 2), TypeError, r"\[document\]"),
        (lambda: count_ngrams([b"abc"], 4), ValueError, "1..3"),
        (lambda: count_ngrams([b"abc"], 0), ValueError, "1..3"),
        (lambda: count_ngrams([], 1), ValueError, "1..0"),
        (lambda: count_ngrams([b"abc"], 2).up_to(3), ValueError, "orders 1 to 2"),
        (lambda: count_ngrams([b"abc"], 2).count(b"abc"), ValueError, "1 to 2"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, error, message):
    with pytest.raises(error, match=message):
        call()
