import pytest
from tokenizers import pre_tokenizers

from llmai_edu.tokenizers.byte_unicode import bytes_to_text, bytes_to_unicode, text_to_bytes, unicode_to_bytes


def test_alphabet_is_that_of_tokenizers():
    assert set(bytes_to_unicode().values()) == set(pre_tokenizers.ByteLevel.alphabet())
    assert list(bytes_to_unicode()) == list(range(256))


def test_each_text_is_written_as_by_tokenizers():
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for text in ("é\n\t ", "漢字", "\x00\x7f\xad", "".join(map(chr, range(256)))):
        assert bytes_to_text(text.encode()) == byte_level.pre_tokenize_str(text)[0][0]


def test_round_trip_of_all_bytes():
    everything = bytes(range(256))
    assert text_to_bytes(bytes_to_text(everything)) == everything
    assert len(unicode_to_bytes()) == 256


def test_foreign_character_is_refused():
    with pytest.raises(ValueError, match="' ' in token 'a b' stands for no byte"):
        text_to_bytes("a b")
