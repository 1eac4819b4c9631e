"""Sentences are cut where a reader would, and the best one is a quotation."""

import math

import numpy as np
import pytest

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.extract import best_sentences, cut_sentences, rarity, sentence_scores, shared_words, squeeze


def chunk(text, source="x"):
    return Chunk(text, source, 0, len(text))


def letters(texts):
    """A toy encoder: counts of a to z, at length 1."""
    counts = np.array([[text.lower().count(chr(97 + i)) for i in range(26)] for text in texts], np.float32)
    return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("A first sentence here. And a second one here.", ["A first sentence here.", "And a second one here."]),
        ("Lines may\n   be broken anywhere.", ["Lines may be broken anywhere."]),
        ("It is e.g. the one called x.y in Python 3.11 now.", ["It is e.g. the one called x.y in Python 3.11 now."]),
        ("* a point of some length\n* another point like it", ["* a point of some length", "* another point like it"]),
        ("A paragraph without a stop\n\nand the one after it", ["A paragraph without a stop", "and the one after it"]),
        ("Too short. But this one is long enough.", ["But this one is long enough."]),
        ("", []),
    ],
)
def test_cut_by_hand(text, want):
    assert [one.text for one in cut_sentences(chunk(text))] == want


def test_every_sentence_stands_in_its_chunk_where_it_says():
    text = 'The "with" statement wraps a block. It calls "__exit__()" at the end.\n\n1. The first point is this.'
    for one in cut_sentences(chunk(text)):
        assert one.text in squeeze(text)
        assert squeeze(text[one.start :]).startswith(one.text)


def test_rare_words_tell_more():
    chunks = [chunk("the cat"), chunk("the dog"), chunk("the fish")]
    weight = rarity(chunks)
    assert weight("the") < weight("cat") == weight("dog") < weight("horse")
    assert math.isclose(weight("cat"), math.log(4 / 1.5))


def test_shared_words_by_hand():
    one = lambda word: 1.0
    assert shared_words("red green blue blue", "a blue red one", one) == pytest.approx(2 / 3)
    assert shared_words("", "a blue one", one) == 0.0


def test_words_decide_where_meaning_ties():
    sentences = cut_sentences(chunk("Listen to the silent one. Silent to the listen one."))
    scores = sentence_scores("enlist zebra silent", sentences, letters, lambda word: 1.0, words_weight=0.0)
    assert scores[0] == pytest.approx(scores[1])
    found = best_sentences(
        "the zebra", [chunk("A horse runs about the field. A zebra runs about a field.")], letters, len
    )
    assert found[0].text == "A zebra runs about a field."


def test_the_first_chunk_keeps_a_sentence_that_two_have():
    both = "A zebra runs about the field."
    found = best_sentences("zebra", [chunk(both, "first"), chunk(both, "second")], letters, len, k=5)
    assert [one.chunk.source for one in found] == ["first"]


def test_nothing_to_choose_from():
    assert best_sentences("why", [chunk("short")], letters, len) == []
    assert best_sentences("why", [], letters, len) == []
