import numpy as np

from llmai_edu.apps.verse_words import as_bits, common_words
from tests.apps.verse_toys import TOY, WORDS


def names(mask):
    return {str(WORDS.word[token]) for token in np.flatnonzero(mask)}


def test_words_and_first_words():
    assert WORDS.word[TOY.pieces.index(" day")] == WORDS.word[TOY.pieces.index("Day")] == "day"
    assert WORDS.first.sum() == 20
    assert WORDS.word[TOY.pieces.index(" sta")] == ""  # a name, and no common word


def test_what_a_word_does_to_a_line():
    summer, compare = (TOY.pieces.index(f" {word}") for word in ("summer", "compare"))
    assert WORDS.after[0, summer] == as_bits({2})  # the first foot may be turned round
    assert WORDS.after[1, summer] == as_bits({3})
    assert WORDS.after[2, summer] == 0
    assert WORDS.after[2, compare] == as_bits({4})
    assert WORDS.after[9, compare] == 0  # too long
    assert WORDS.moves(as_bits({1, 2}))[summer] == as_bits({3})


def test_rhymes():
    assert names(WORDS.partners("day")) == {"may", "say", "way", "stay", "pay", "lay", "ray", "away"}
    assert names(WORDS.partners("compare")) == set()
    assert "sea" in names(WORDS.rhyming())
    assert not {"summer", "compare", "and"} & names(WORDS.rhyming())


def test_common_words_are_counted_in_lower_case():
    assert common_words(["day Day day's", "a day"], fewest=3) == {"day", "i", "o"}
