import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.tokenizers import BPETokenizer
from llmai_edu.tokenizers.gpt2 import gpt2_tokenizer, parse_merges
from llmai_edu.tokenizers.merge import encode_long_word, encode_word

pytestmark = pytest.mark.data


def test_ids_equal_tiktokens_on_every_speech(gpt2, tiktoken_gpt2, speeches):
    assert len(speeches) == 249
    for text in speeches:
        ids = gpt2.encode(text)
        assert ids == tiktoken_gpt2.encode_ordinary(text)
        assert gpt2.decode(ids) == text


def test_ids_equal_tiktokens_on_random_texts(gpt2, tiktoken_gpt2, random_texts):
    assert len(set(random_texts)) > 1900
    for text in random_texts:
        ids = gpt2.encode(text)
        assert ids == tiktoken_gpt2.encode_ordinary(text)
        assert gpt2.decode(ids) == text


def test_ids_equal_those_of_tokenizers(gpt2, hf_gpt2, random_texts):
    assert [gpt2.encode(text) for text in random_texts] == [
        encoding.ids for encoding in hf_gpt2.encode_batch(random_texts)
    ]


def test_very_long_words_equal_tiktokens(gpt2, tiktoken_gpt2):
    for word in ("a" * 5000, "acgt" * 1000, "漢字仮名" * 500, "=" * 3001, " " * 999):
        assert gpt2.encode(word) == tiktoken_gpt2.encode_ordinary(word)


def test_special_token_as_in_tiktoken(gpt2, tiktoken_gpt2):
    text = "one<|endoftext|>two"
    assert gpt2.encode(text, allowed_special="all") == tiktoken_gpt2.encode(text, allowed_special="all")
    assert gpt2.encode(text) == tiktoken_gpt2.encode_ordinary(text)
    assert (gpt2.vocab_size, gpt2.special_tokens) == (50257, {"<|endoftext|>": 50256})


def test_bytes_of_every_token_equal_tiktokens(gpt2, tiktoken_gpt2):
    assert gpt2.tokens[:50256] == [tiktoken_gpt2.decode_single_token_bytes(i) for i in range(50256)]


@given(st.lists(st.integers(0, 50256), max_size=20))
def test_any_ids_decode_as_in_tiktoken(gpt2, tiktoken_gpt2, ids):
    assert gpt2.decode(ids) == tiktoken_gpt2.decode(ids)


def test_heap_and_plain_merging_agree_on_real_words(gpt2, random_texts):
    for text in random_texts[:300]:
        ids = [gpt2.byte_ids[byte] for byte in text.encode()]
        plain = encode_word(ids, gpt2.ranks, gpt2.products)
        assert encode_long_word(ids, gpt2.ranks, gpt2.products) == plain


def test_save_and_load(gpt2, tmp_path, speeches):
    gpt2.save(tmp_path / "gpt2.json")
    loaded = BPETokenizer.load(tmp_path / "gpt2.json")
    assert loaded.encode(speeches[0]) == gpt2.encode(speeches[0])


def test_other_files_are_refused(tmp_path):
    encoder, merges = tmp_path / "encoder.json", tmp_path / "vocab.bpe"
    merges.write_text("#version: 0.2\na b\n", encoding="utf-8")
    for content, message in (
        ("{", "is not JSON .* GPT-2's encoder.json"),
        (json.dumps({"a": 0, "b": 5}), "should map each token to its own id"),
        (json.dumps({"a": 0, "c": 1}), "'a b' is no merge"),
        (json.dumps({"a": 0, "b": 1}), "makes b'ab', which has no id"),
    ):
        encoder.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            gpt2_tokenizer(encoder, merges)
    encoder.write_text(json.dumps({"a": 0, "b": 1, "ab": 2}), encoding="utf-8")
    assert gpt2_tokenizer(encoder, merges).encode("ab") == [2]


@pytest.mark.parametrize("line", ["ab", "a b c", "a", "a  b"])
def test_a_line_that_is_no_merge_is_refused(line):
    with pytest.raises(ValueError, match="is no merge: expected two known tokens"):
        parse_merges([line], {"a": 0, "b": 1, "c": 2})
