import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from llmai_edu.tokenizers.pretokenize import GPT2_PATTERN, SMOLLM2_PATTERN, pretokenize

BYTE_LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False)
DIGITS_FIRST = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), BYTE_LEVEL])


def cuts(text, pre_tokenizer):
    """The words that `tokenizers` makes, by their places, since it writes them in the byte alphabet."""
    return [text[start:end] for _, (start, end) in pre_tokenizer.pre_tokenize_str(text)]


@pytest.mark.parametrize(("pattern", "outsider"), [(GPT2_PATTERN, BYTE_LEVEL), (SMOLLM2_PATTERN, DIGITS_FIRST)])
def test_words_equal_those_of_tokenizers(pattern, outsider, random_texts):
    for text in random_texts:
        assert pretokenize(text, pattern) == cuts(text, outsider)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  5", ["a", "  ", "5"]),
        ("a  b", ["a", " ", " b"]),
        ("x²3", ["x", "²", "3"]),
        ("we'll", ["we", "'ll"]),
        ("' 7'", ["'", " ", "7", "'"]),
    ],
)
def test_smollm2_cuts_every_digit(text, words):
    assert pretokenize(text, SMOLLM2_PATTERN) == words == cuts(text, DIGITS_FIRST)


@given(st.text())
def test_nothing_is_lost(text):
    assert "".join(pretokenize(text)) == text
    assert "".join(pretokenize(text, SMOLLM2_PATTERN)) == text
