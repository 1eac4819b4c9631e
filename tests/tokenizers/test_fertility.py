import pytest

from llmai_edu.tokenizers import BPETokenizer, CharTokenizer
from llmai_edu.tokenizers.fertility import fertility

BYTE_TOKENIZER = BPETokenizer([bytes([byte]) for byte in range(256)], [])


def test_by_hand():
    cost = fertility(BYTE_TOKENIZER, "né à")
    assert (cost.tokens, cost.words, cost.characters, cost.bytes) == (6, 2, 4, 6)
    assert (cost.tokens_per_word, cost.tokens_per_character, cost.bytes_per_token) == (3.0, 1.5, 1.0)


def test_one_character_a_token():
    cost = fertility(CharTokenizer.from_text("漢字"), "漢字")
    assert (cost.tokens_per_character, cost.bytes_per_token) == (1.0, 3.0)


@pytest.mark.data
def test_gpt2_is_dear_for_other_scripts(gpt2):
    english = fertility(gpt2, "the state of the union is strong")
    chinese = fertility(gpt2, "国情咨文")
    assert english.tokens_per_word == 1.0
    assert chinese.tokens_per_character > 1 > english.tokens_per_character


def test_empty_text_is_refused():
    with pytest.raises(ValueError, match="nothing to count"):
        fertility(BYTE_TOKENIZER, " \n")
