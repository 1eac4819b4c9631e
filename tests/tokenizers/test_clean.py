import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, strip_accents_unicode

from llmai_edu.tokenizers import clean as clean_text
from llmai_edu.tokenizers.clean import (
    collapse_whitespace,
    normalize_unicode,
    remove_control,
    remove_stop_words,
    stop_words,
    straighten_quotes,
    strip_accents,
    words,
)


@pytest.mark.parametrize(
    ("form", "text", "result"),
    [("NFC", "e\u0301", "é"), ("NFD", "é", "e\u0301"), ("NFC", "ﬁ", "ﬁ"), ("NFKC", "ﬁ x² Ａ", "fi x2 A")],
)
def test_normal_forms_by_hand(form, text, result):
    assert normalize_unicode(text, form) == result


def test_control_characters_go_but_lines_stay():
    assert remove_control("a\x00\x07\u200b\u00ad\ufeffb\tc\r\nd") == "ab\tc\r\nd"


def test_no_control_character_that_parts_words_goes():
    spaces = [chr(code) for code in range(0xA0) if chr(code).isspace()]
    assert clean_text("x".join(["", *spaces, ""])).split() == ["x"] * (len(spaces) + 1)
    assert remove_control("a\x0bb\x0cc\x85d") == "a\x0bb\x0cc\x85d"


def test_quotes_and_white_space():
    assert straighten_quotes("‘a’ “b” „c” «d»") == '\'a\' "b" "c" "d"'
    assert collapse_whitespace("\t a \u00a0 b\n\n") == "a b"


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_accents_go_as_in_scikit_learn(text):
    """Theirs flattens compatibility characters too (NFKD), so both sides start from text without any."""
    text = normalize_unicode(text, "NFKC")
    assert normalize_unicode(strip_accents(text), "NFKC") == normalize_unicode(strip_accents_unicode(text), "NFKC")


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    once = clean_text(text)
    assert "  " not in once
    assert clean_text(once) == once


def test_words_by_hand():
    assert words("It’s 1862; don't — stop! naïve हिन्दी _x_") == ["It’s", "1862", "don't", "stop", "naïve", "हिन्दी", "x"]
    assert words("...") == []


def test_stop_words_are_scikit_learns():
    assert stop_words() == ENGLISH_STOP_WORDS
    assert remove_stop_words(["The", "state", "OF", "the", "union"]) == ["state", "union"]


def test_the_room_is_light_to_import():
    code = "import sys, llmai_edu.tokenizers; print([m for m in ('torch', 'sklearn', 'nltk') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
