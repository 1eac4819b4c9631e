"""The text ends where a plain search would end it, however it is cut, and nothing of a stop string is ever shown."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.generation.stop_strings import held_back, until_stop
from llmai_edu.generation.streaming import stream_text

LETTERS = "abcé"
TEXTS = st.text(LETTERS, max_size=40)
STOPS = st.lists(st.text(LETTERS, min_size=1, max_size=4), max_size=3)


def ended(text: str, stops: list[str]) -> str:
    """Reads one character more each time, until the text ends with a stop string."""
    for end in range(len(text) + 1):
        fits = [stop for stop in stops if text[:end].endswith(stop)]
        if fits:
            return text[: end - max(map(len, fits))]
    return text


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(ends)]


@given(TEXTS, STOPS, st.lists(st.integers(0, 100), max_size=12))
def test_what_is_shown_does_not_depend_on_the_cuts(text, stops, places):
    assert "".join(until_stop(cut(text, places), stops)) == ended(text, stops)


@given(TEXTS, STOPS)
def test_nothing_of_a_stop_string_is_shown_and_nothing_else_waits(text, stops):
    """After every character: what is shown is the text without its longest end that begins a stop string."""
    read = []
    shown = ""
    for piece in until_stop((read.append(letter) or letter for letter in text), stops):
        shown += piece
        so_far = "".join(read)
        if len(so_far) == len(text):
            break  # at the end all that waited comes
        waits = max((n for n in range(5) for s in stops if n < len(s) and so_far.endswith(s[:n])), default=0)
        assert shown in (so_far[: len(so_far) - waits], ended(text, stops))


def test_the_model_is_asked_for_nothing_more():
    asked = []
    pieces = (asked.append(piece) or piece for piece in ["one ", "ST", "OP", " two", " three"])
    assert list(until_stop(pieces, ["STOP"])) == ["one "]
    assert asked == ["one ", "ST", "OP"]


def test_a_beginning_that_comes_to_nothing_is_shown_after_all():
    assert list(until_stop(["a\nUs", "ual"], ["\nUser:"])) == ["a", "\nUsual"]
    assert list(until_stop(["a\nUser"], ["\nUser:"])) == ["a", "\nUser"]
    assert list(until_stop(["aab"], ["ab"])) == ["a"]
    assert list(until_stop([], ["x"])) == []
    assert list(until_stop(["xyz"], [])) == ["xyz"]


def test_a_stop_string_over_tokens_that_cut_a_character():
    class Bytes:
        def id_to_bytes(self, id: int) -> bytes:
            return bytes([id])

    assert "".join(until_stop(stream_text(Bytes(), "né→à fin".encode()), ["→à"])) == "né"


def test_two_stop_strings_the_first_complete_one_counts_and_then_the_longer():
    assert "".join(until_stop(["xabcd"], ["abcd", "b"])) == "xa"
    assert "".join(until_stop(["xabcd"], ["bc", "abc"])) == "x"
    assert held_back("xab", ["abc", "bd"]) == 2


def test_what_cannot_be_meant_is_refused_at_once():
    with pytest.raises(ValueError, match="empty stop string"):
        until_stop(["a"], ["x", ""])
    with pytest.raises(ValueError, match="list of strings"):
        until_stop(["a"], "stop")
