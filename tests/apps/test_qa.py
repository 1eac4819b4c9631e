"""The librarian, with a toy encoder and a toy writer: it quotes, cites, refuses, hints and streams."""

import numpy as np
import pytest

from llmai_edu.apps import qa
from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.citations import quotes
from llmai_edu.apps.qa import NOT_HERE, Librarian, source_prompt

TEXTS = {
    "Python's reference, 'with': The \"with\" statement": 'The "with" statement wraps a block. Exit runs at the end.',
    "Lesson 3 (pets): Cats": "Cats purr when they are happy. Nobody knows how a cat feels at night.",
    "Lesson 4 (sea): Fish": "Fish swim in the sea all day long. They never purr, as far as we know.",
}
CHUNKS = [Chunk(text, name, 0, len(text)) for name, text in TEXTS.items()]


def letters(texts):
    counts = np.array([[text.lower().count(chr(97 + i)) for i in range(26)] for text in texts], np.float32)
    return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


def parrot(question, chunks):
    yield "Cats purr when "
    yield "they are happy. Unicorns fly."


@pytest.fixture
def librarian():
    return Librarian(CHUNKS, letters, parrot, threshold=0.3)


def test_it_quotes_and_cites(librarian):
    answer = librarian.ask("When do cats purr?")
    assert answer.text == "Cats purr when they are happy. [1]"
    assert str(answer).endswith("[1] Lesson 3 (pets): Cats: “Cats purr when they are happy.”")
    assert not answer.refused
    assert quotes(answer.citations[0].chunk, answer.citations[0].quote)


def test_what_is_written_is_checked(librarian):
    answer = librarian.ask("When do cats purr?", write=True)
    assert answer.text == "Cats purr when they are happy. [1] Unicorns fly. [no source]"
    assert [one.chunk.source for one in answer.citations] == ["Lesson 3 (pets): Cats"]


def test_it_refuses_below_the_threshold(librarian):
    librarian.threshold = 1.1
    for write in (False, True):
        answer = librarian.ask("When do cats purr?", write=write)
        assert (answer.text, answer.citations, answer.refused) == (NOT_HERE, (), True)
        assert list(librarian.stream("When do cats purr?", write=write)) == [NOT_HERE]
    assert librarian.hint("When do cats purr?", 2) == NOT_HERE


def test_a_blank_question_is_refused(librarian):
    librarian.threshold = -1.0
    assert librarian.ask("  ").refused


def test_the_stream_says_the_same(librarian):
    pieces = list(librarian.stream("When do cats purr?"))
    assert pieces[0] == librarian.ask("When do cats purr?").text
    assert "Lesson 3 (pets): Cats" in pieces[1]
    assert any(piece.startswith("\n  see also: ") for piece in pieces)
    written = list(librarian.stream("When do cats purr?", write=True))
    assert written[0] == "Cats purr when "  # as it comes, before it is checked
    assert "[no source]" in written[2]


def test_hints_do_not_tell(librarian):
    question = "When do cats purr?"
    assert librarian.hint(question, 1) == "Look here: Lesson 3 (pets): Cats"
    assert librarian.hint(question, 2) == "Fill in: Cats purr when they are ____."
    assert "happy" in librarian.hint(question, 3)


def test_the_prompt_numbers_its_sources():
    system, user = (one["content"] for one in source_prompt("Why?", CHUNKS[:2], cite=True))
    assert user.startswith("[1] The ")
    assert "\n\n[2] Cats" in user
    assert user.endswith("Question: Why?")
    assert "such as [1]" in system
    assert "text" not in source_prompt("Why?", [])[0]["content"]


def test_the_terminal_app_knows_its_words(librarian, monkeypatch):
    monkeypatch.setattr(qa, "Librarian", lambda: librarian)
    app = qa.open_app()
    assert "".join(app.answer("hint 2 When do cats purr?")) == "Fill in: Cats purr when they are ____."
    for line in (
        "hint",
        "hint 2",
        "hint 7 When do cats purr?",
        "Hint when do cats purr?",
        "hint 22 When do cats purr?",
    ):
        said = "".join(app.answer(line))
        assert "level 1, 2 or 3" in said
        assert "happy" not in said
    assert "your question behind it" in "".join(app.answer("write"))
    assert "checked:" in "".join(app.answer("write When do cats purr?"))
    assert "[1] Lesson 3" in "".join(app.answer("When do cats purr?"))
    assert app.example
