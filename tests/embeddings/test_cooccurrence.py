"""The table by hand and against a loop over the words."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmai_edu.embeddings.cooccurrence import count_cooccurrence
from llmai_edu.embeddings.corpus import Corpus


def as_dict(table) -> dict[tuple[str, str], float]:
    return {(table.words[r], table.words[c]): float(x) for r, c, x in zip(table.row, table.column, table.value)}


def test_by_hand():
    # the people of the union: the-the are 3 apart, the-people 1 and 2, the-of 2 and 1, the-union 4 (too far) and 1
    table = as_dict(count_cooccurrence(Corpus.from_docs([["the", "people", "of", "the", "union"]], 1), window=3))
    assert table["the", "the"] == pytest.approx(2 / 3)  # each sees the other
    assert table["the", "people"] == table["people", "the"] == 1.5
    assert table["the", "of"] == 1.5
    assert table["the", "union"] == 1.0
    assert table["people", "union"] == pytest.approx(1 / 3)
    assert ("people", "people") not in table


@settings(deadline=None, max_examples=50)
@given(docs=st.lists(st.lists(st.sampled_from("abcd"), max_size=15), min_size=1, max_size=4), window=st.integers(1, 20))
def test_the_loop_counts_the_same(docs, window):
    docs = [*docs, ["a"]]
    wanted = defaultdict(float)
    for doc in docs:
        for i, word in enumerate(doc):
            for j in range(max(0, i - window), min(len(doc), i + window + 1)):
                if i != j:
                    wanted[word, doc[j]] += 1 / abs(i - j)
    found = as_dict(count_cooccurrence(Corpus.from_docs(docs, 1), window))
    assert found == pytest.approx(dict(wanted))


def test_entries_are_sorted_and_come_once():
    rng = np.random.default_rng(0)
    table = count_cooccurrence(Corpus.from_docs([rng.choice(list("abcdefg"), 300).tolist()], 1), window=4)
    assert (np.diff(table.row * 7 + table.column) > 0).all()
