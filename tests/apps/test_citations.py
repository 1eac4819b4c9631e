"""A citation that does not hold cannot be made; a written sentence gets the source that has its words, or none."""

import pytest

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.citations import Citation, cite_sentences, content_words, marked, quotes, support

TEXT = "The manager’s exit method\n   is invoked at the end. Nothing else happens to the block."
WITH = Chunk(TEXT, "Python's reference, 'with': The \"with\" statement", 0, len(TEXT))


@pytest.mark.parametrize(
    ("quote", "held"),
    [
        ("exit method is invoked", True),
        ("exit method\n is   invoked", True),
        ("Exit method is invoked", False),  # another letter is another quotation
        ("is invoked exit method", False),
        ("method is invoked at the beginning", False),
        ("", False),
        ("  ", False),
    ],
)
def test_the_guard(quote, held):
    assert quotes(WITH, quote) == held
    if held:
        assert quote in str(Citation(1, WITH, quote))
    else:
        with pytest.raises(ValueError, match="nothing false is cited"):
            Citation(1, WITH, quote)


def test_support_counts_words_only():
    assert content_words("The exit of the block") == {"exit", "block"}
    assert support("the exit block", "a block") == 0.5
    assert support("it is so", "anything") == 0.0
    assert support("The exit is not invoked.", "The exit is invoked.") == 1.0  # it does not understand


def test_written_sentences_get_their_source():
    other = Chunk("Cats purr when they are happy.", "Lesson 3 (pets): Cats", 0, 30)
    answer = "The exit method is invoked at the end [7]. Cats purr when happy. Unicorns prefer the moon."
    parts, cited = cite_sentences(answer, [WITH, other])
    assert [part.number for part in parts] == [1, 2, None]
    assert [one.chunk for one in cited] == [WITH, other]
    assert marked(parts).endswith("Unicorns prefer the moon. [no source]")
    assert "[7]" not in marked(parts)


def test_one_source_has_one_number():
    parts, cited = cite_sentences("The exit method is invoked. The method is invoked at the end.", [WITH])
    assert [part.number for part in parts] == [1, 1]
    assert len(cited) == 1


def test_an_empty_answer_has_nothing_to_cite():
    assert cite_sentences("", [WITH]) == ([], [])
    assert cite_sentences("Something was said.", [])[1] == []
