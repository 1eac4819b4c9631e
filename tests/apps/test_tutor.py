"""Hints: what is shown before the answer, and that it is not the answer."""

import pytest

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.citations import Citation
from llmai_edu.apps.tutor import blank_words, hint, key_words, leaked_words, word_stem

TEXT = 'The "with" statement guarantees that the exit method will always be called.'
CITED = Citation(1, Chunk(TEXT, "Python's reference, 'with': The \"with\" statement", 0, len(TEXT)), TEXT)
ASKED = "Which statement makes sure that a method is called when a block is left?"


@pytest.mark.parametrize(
    ("word", "stem"),
    [("statements", "statement"), ("Called", "call"), ("class", "class"), ("is", "is"), ("objects", "object")],
)
def test_stems(word, stem):
    assert word_stem(word) == stem


def test_key_words_by_hand():
    assert key_words(TEXT, ASKED) == {"with", "guarantee", "exit", "alway"}
    assert key_words("it is not") == {"it", "is", "not"}  # nothing else is left to hide
    assert key_words("use `not` here") == {"use", "not", "here"}


def test_the_ladder():
    assert hint(CITED, ASKED, 1) == "Look here: Python's reference, '____': The \"____\" statement"
    assert hint(CITED, ASKED, 2) == ('Fill in: The "____" statement ____ that the ____ method will ____ be called.')
    assert TEXT in hint(CITED, ASKED, 3)
    with pytest.raises(ValueError, match="level 1, 2 or 3"):
        hint(CITED, ASKED, 0)


def test_a_known_answer_is_hidden_wherever_it_stands():
    cited = Citation(
        1, Chunk("It is called at the end.", "Lesson 3 (exit): The exit", 0, 24), "It is called at the end."
    )
    assert leaked_words(hint(cited, "When?", 1), "When?", "the exit method") == {"exit"}
    assert leaked_words(hint(cited, "When?", 1, "the exit method"), "When?", "the exit method") == set()


def test_leaks_are_seen_through_endings_and_signs():
    assert leaked_words("a Statement!", "?", "statements") == {"statement"}
    assert leaked_words("a __exit__() call", "?", "__exit__") == {"__exit__"}
    assert leaked_words("statement", "which statement?", "statements") == set()  # the question has it


def test_blanks_keep_the_rest():
    assert blank_words("x.y = f(x)", {"x"}) == "____.y = f(____)"
