"""Chunks are what they say of themselves, lose nothing, and end where a reader would cut."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmai_edu.apps.chunks import Chunk, split_text

TEXTS = st.text(alphabet=st.sampled_from("ab é.!?\n\t😀 "), max_size=300) | st.text(max_size=120)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 60), st.floats(0, 1))
def test_chunks_lose_nothing_and_stand_where_they_say(text, size, share):
    overlap = int(share * (size // 2))
    chunks = split_text(text, "s", size=size, overlap=overlap)
    covered = set()
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end]
        assert 0 < len(chunk.text) <= size
        assert chunk.text == chunk.text.strip()
        assert chunk.source == "s"
        covered |= set(range(chunk.start, chunk.end))
    assert {i for i, c in enumerate(text) if not c.isspace()} <= covered
    for before, after in itertools.pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end
        assert after.start >= before.end - overlap


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 60))
def test_without_overlap_no_character_comes_twice(text, size):
    chunks = split_text(text, "s", size=size, overlap=0)
    assert all(before.end <= after.start for before, after in itertools.pairwise(chunks))
    assert "".join("".join(c.text for c in chunks).split()) == "".join(text.split())


def test_a_paragraph_end_is_preferred_to_a_sentence_end_and_that_to_a_word_end():
    text = "One two three.\n\nFour. Five six seven"
    assert [c.text for c in split_text(text, "s", size=24, overlap=0)] == ["One two three.", "Four. Five six seven"]
    assert [c.text for c in split_text("Aa bb cc. Dd ee ff", "s", size=15, overlap=0)] == ["Aa bb cc.", "Dd ee ff"]
    assert [c.text for c in split_text("aaaa bbbb cccc", "s", size=11, overlap=0)] == ["aaaa bbbb", "cccc"]
    assert [c.text for c in split_text("abcdefgh", "s", size=3, overlap=0)] == ["abc", "def", "gh"]


def test_an_overlap_begins_at_a_sentence_else_at_a_word():
    text = "First thing here. Second. Third sentence comes now."
    first, second = split_text(text, "s", size=30, overlap=12)[:2]
    assert first.text == "First thing here. Second."
    assert second.text.startswith("Second. Third")
    words = split_text("aaa bbb ccc ddd eee fff", "s", size=12, overlap=5)
    assert [c.text for c in words[:2]] == ["aaa bbb ccc", "ccc ddd eee"]


def test_a_short_text_is_one_chunk_and_a_blank_one_is_none():
    assert split_text(" Hello. You. ", "s") == [Chunk("Hello. You.", "s", 1, 12)]
    assert split_text(" \n\n ", "s") == split_text("", "s") == []


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (10, 6), (10, -1)])
def test_impossible_sizes_are_refused(size, overlap):
    with pytest.raises(ValueError, match=f"got size={size}, overlap={overlap}"):
        split_text("text", "s", size=size, overlap=overlap)


def test_a_chunk_that_does_not_fit_its_place_is_refused():
    with pytest.raises(ValueError, match="5 characters cannot lie at 0 to 4"):
        Chunk("hello", "s", 0, 4)
