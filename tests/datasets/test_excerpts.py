"""Excerpts begin at a word, sentences have the length that was asked for, and each can be drawn."""

import numpy as np
import pytest

from llmai_edu.datasets.excerpts import random_excerpt, random_sentence


def test_an_excerpt_is_a_piece_of_the_text_and_begins_with_a_word():
    text = " ".join(f"word{i}" for i in range(200))
    rng = np.random.default_rng(0)
    found = {random_excerpt(text, rng, 60) for _ in range(50)}
    assert len(found) > 20
    for piece in found:
        assert f" {piece}" in text
        assert piece.startswith("word")
        assert len(piece) < 60


def test_a_short_text_loses_its_first_word_only():
    assert random_excerpt("one two three", np.random.default_rng(0), 100) == "two three"


def test_every_fitting_sentence_can_be_drawn_and_no_other():
    text = "No. This one is good. And so is this? This one is a word too long. Yes."
    rng = np.random.default_rng(0)
    found = {random_sentence(text, rng, 4, 4) for _ in range(40)}
    assert found == {"This one is good.", "And so is this?"}


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="no second word"):
        random_excerpt("alone", np.random.default_rng(0))
    with pytest.raises(ValueError, match="no sentence of 10 to 40"):
        random_sentence("Too short.", np.random.default_rng(0))
