import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.tokenizers import CharTokenizer


@given(st.text())
def test_round_trip_of_what_it_was_built_from(text):
    tokenizer = CharTokenizer.from_text(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.vocab_size == len(set(text))


def test_ids_by_hand():
    tokenizer = CharTokenizer.from_text("banana")
    assert tokenizer.encode("banana") == [1, 0, 2, 0, 2, 0]
    assert tokenizer.id_to_bytes(2) == b"n"


def test_unknown_characters_and_ids_are_refused():
    tokenizer = CharTokenizer("ab")
    with pytest.raises(ValueError, match="the character 'é' is not in this alphabet of 2"):
        tokenizer.encode("é")
    for wrong in (-1, 2):
        with pytest.raises(ValueError, match=f"id {wrong} is outside this alphabet of 0 … 1"):
            tokenizer.decode([0, wrong])


@pytest.mark.parametrize("alphabet", ["aa", ["ab"], [""]])
def test_an_alphabet_must_be_single_characters(alphabet):
    with pytest.raises(ValueError, match="single characters, each of them once"):
        CharTokenizer(alphabet)


def test_save_and_load(tmp_path):
    tokenizer = CharTokenizer.from_text("héllo\n漢")
    tokenizer.save(tmp_path / "t.json")
    assert CharTokenizer.load(tmp_path / "t.json").alphabet == tokenizer.alphabet
    (tmp_path / "t.json").write_text('{"kind": "characters", "version": 1, "alphabet": [1]}')
    with pytest.raises(ValueError, match="is damaged"):
        CharTokenizer.load(tmp_path / "t.json")
