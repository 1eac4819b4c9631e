"""What augmentation keeps and what it changes; neighbours against gensim; mixup by hand."""

from collections import Counter

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.embeddings.vectors import WordVectors
from llmai_edu.finetuning.augment import (
    augment_set,
    delete_words,
    mixup,
    neighbour_table,
    replace_words,
    swap_words,
)

TEXT = " ".join(f"w{i}" for i in range(20))
texts = st.lists(st.sampled_from(["good", "bad", "not", "film!"]), max_size=12).map(" ".join)


@given(texts, st.integers(0, 99))
def test_swapping_keeps_the_words_and_deleting_keeps_their_order(text, seed):
    rng = np.random.default_rng(seed)
    assert Counter(swap_words(text, rng).split()) == Counter(text.split())
    kept, rest = delete_words(text, rng, share=0.5).split(), iter(text.split())
    assert all(word in rest for word in kept)
    assert bool(kept) == bool(text.split())


def test_shares_are_met():
    rng = np.random.default_rng(0)
    left = np.mean([len(delete_words(TEXT, rng, share=0.3).split()) for _ in range(400)]) / 20
    assert 0.68 < left < 0.72
    moved = [sum(a != b for a, b in zip(swap_words(TEXT, rng, share=0.1).split(), TEXT.split())) for _ in range(50)]
    assert max(moved) == 4
    table = {f"w{i}": ["x"] for i in range(10)}
    replaced = np.mean([replace_words(TEXT, rng, table, share=0.2).split().count("x") for _ in range(400)])
    assert 1.8 < replaced < 2.2


def test_one_word_is_never_lost():
    rng = np.random.default_rng(0)
    assert delete_words("joy", rng, share=1.0) == swap_words("joy", rng) == "joy"
    assert delete_words("", rng) == swap_words("", rng) == replace_words("", rng, {}) == ""
    assert {delete_words("a b", rng, share=1.0) for _ in range(50)} == {"a", "b"}


def test_signs_around_a_word_stay():
    rng = np.random.default_rng(0)
    assert replace_words('"Good," he said...', rng, {"good": ["bad"]}, share=1.0) == '"bad," he said...'
    assert replace_words("-- !", rng, {"": ["bad"]}, share=1.0) == "-- !"


def test_neighbours_are_those_of_gensim():
    rng = np.random.default_rng(0)
    words, matrix = [f"w{i}" for i in range(300)], rng.normal(size=(300, 8))
    theirs = KeyedVectors(8)
    theirs.add_vectors(words, matrix)
    ours = neighbour_table(WordVectors(words, matrix), [*words, "unknown"], k=4)
    assert ours.keys() == set(words)
    for word in words:
        assert ours[word] == [name for name, _ in theirs.most_similar(word, topn=4)]


def test_copies_bear_the_label_of_their_original():
    rng = np.random.default_rng(0)
    more, labels = augment_set(["a b", "c d"], [0, 1], swap_words, 3, rng)
    assert more[:2] == ["a b", "c d"]
    assert labels.tolist() == [0, 1] * 4
    assert all((set(text.split()) == {"c", "d"}) == label for text, label in zip(more, labels))


def test_features_and_labels_are_mixed_in_the_same_shares():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 500)
    x = np.eye(3)[labels]  # a feature that is the label
    mixed, shares = mixup(x, labels, rng, classes=3)
    np.testing.assert_allclose(mixed, shares)
    np.testing.assert_allclose(shares.sum(1), 1)
    lam = shares.max(1)[shares.max(1) < 1]
    assert 0.2 < np.mean(lam > 0.95) < 0.6  # most are near one of the two


@pytest.mark.parametrize("augment", [delete_words, swap_words])
def test_one_seed_one_text(augment):
    first, again, other = (augment(TEXT, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
