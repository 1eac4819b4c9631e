"""Pairs against a loop over the words, and blocks against pairs."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from llmai_edu.embeddings.pairs import cut_blocks, draw_radius, skipgram_pairs

TEXTS = st.lists(st.lists(st.integers(0, 8), max_size=20), min_size=1, max_size=4)


def pairs_by_loop(docs: list[list[int]], radius: np.ndarray) -> Counter:
    """The definition: every word, every place within its radius, in the same document."""
    pairs, at = Counter(), 0
    for doc in docs:
        for i, centre in enumerate(doc):
            for j in range(max(0, i - radius[at + i]), min(len(doc), i + radius[at + i] + 1)):
                if i != j:
                    pairs[centre, doc[j]] += 1
        at += len(doc)
    return pairs


def flat(docs: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([word for doc in docs for word in doc], int)
    return ids, np.repeat(np.arange(len(docs)), [len(doc) for doc in docs])


@settings(deadline=None, max_examples=60)
@given(docs=TEXTS, window=st.integers(1, 6), seed=st.integers(0, 9))
def test_pairs_are_those_of_the_loop(docs, window, seed):
    ids, doc = flat(docs)
    radius = draw_radius(len(ids), window, np.random.default_rng(seed))
    centre, context = skipgram_pairs(ids, doc, radius)
    assert Counter(zip(centre.tolist(), context.tolist())) == pairs_by_loop(docs, radius)


@settings(deadline=None, max_examples=60)
@given(docs=TEXTS, window=st.integers(1, 6), size=st.sampled_from([1, 3, 16]), seed=st.integers(0, 9))
def test_the_links_of_all_blocks_are_the_pairs(docs, window, size, seed):
    ids, doc = flat(docs)
    radius = draw_radius(len(ids), window, np.random.default_rng(seed))
    blocks = cut_blocks(ids, doc, radius, size, window)
    block, t, s = blocks.links(slice(None)).nonzero(as_tuple=True)
    found = zip(blocks.centres[block, t].tolist(), blocks.contexts[block, s].tolist())
    assert Counter(found) == pairs_by_loop(docs, radius)


def test_every_radius_is_as_likely():
    radius = draw_radius(60_000, 5, np.random.default_rng(0))
    assert chisquare(np.bincount(radius, minlength=6)[1:]).pvalue > 0.001


def test_a_window_of_zero_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        draw_radius(5, 0, np.random.default_rng(0))
