import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.tokenizers import ChatTokenizer
from llmai_edu.tokenizers.smollm2 import smollm2_tokenizer

pytestmark = pytest.mark.data


def test_ids_equal_those_of_tokenizers_on_every_speech(smollm2, hf_smollm2, speeches):
    for text, theirs in zip(speeches, hf_smollm2.encode_batch_fast(speeches), strict=True):
        ids = smollm2.encode(text)
        assert ids == theirs.ids
        assert smollm2.decode(ids) == text


def test_ids_equal_those_of_tokenizers_on_random_texts(smollm2, hf_smollm2, random_texts):
    """Bytes that SmolLM2 has no token for are dropped by `tokenizers`, so by us when asked to."""
    for text, theirs in zip(random_texts, hf_smollm2.encode_batch_fast(random_texts), strict=True):
        ids = smollm2.encode(text, errors="ignore")
        assert ids == theirs.ids
        assert smollm2.decode(ids) == hf_smollm2.decode(ids, skip_special_tokens=False)


def test_special_tokens_equal_those_of_tokenizers(smollm2, hf_smollm2):
    text = "<|im_start|>user\nHi 123<|im_end|>\n<repo_name><reponame>x <empty_output>"
    assert smollm2.encode(text, allowed_special="all") == hf_smollm2.encode(text).ids
    assert not set(smollm2.encode(text)) & set(smollm2.special_tokens.values())
    assert smollm2.decode(smollm2.encode(text)) == text


def test_what_the_file_says(smollm2):
    assert smollm2.vocab_size == 49152
    assert len(smollm2.special_tokens) == 17
    assert smollm2.decode([smollm2.bos_id, smollm2.eos_id]) == "<|im_start|><|im_end|>"
    assert smollm2.byte_ids.count(None) == 21  # the docstring says so


def test_exactly_these_characters_are_refused(smollm2):
    """Every code point, by the bytes of its UTF-8 form."""
    known = {byte for byte in range(256) if smollm2.byte_ids[byte] is not None}
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    refused = [character for character in every if not known.issuperset(character.encode())]
    assert refused == [*"\x04\x06\x13\x14\x16\x1d", *map(chr, range(0x40000, 0xC0000))]


@pytest.mark.parametrize("character", ["\x04", "\U00040000", "\U000bffff"])
def test_they_are_refused_with_the_cure(smollm2, character):
    with pytest.raises(ValueError, match=r"no token for the byte .* encode with errors='ignore'"):
        smollm2.encode(f"a{character}b")
    chat = [{"role": "user", "content": f"a{character}b"}]
    with pytest.raises(ValueError, match="no token for the byte"):
        smollm2.chat_ids(chat)
    assert smollm2.eos_id in smollm2.chat_ids(chat, errors="ignore")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x3FFFF, exclude_categories=["Cs"])))
def test_round_trip_of_all_other_characters(smollm2, text):
    assert smollm2.decode(smollm2.encode(text)) == text


def test_save_and_load_keep_the_chat(smollm2, tmp_path):
    smollm2.save(tmp_path / "t.json")
    loaded = ChatTokenizer.load(tmp_path / "t.json")
    messages = [{"role": "user", "content": "What is 12 × 12?"}]
    assert loaded.chat_ids(messages) == smollm2.chat_ids(messages)
    assert (loaded.eos_id, loaded.bos_id, loaded.pattern) == (smollm2.eos_id, smollm2.bos_id, smollm2.pattern)


def test_another_kind_of_gguf_is_refused(tmp_path):
    gguf = pytest.importorskip("gguf")
    path = tmp_path / "other.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with pytest.raises(ValueError, match=r"other\.gguf holds a tokenizer of the kind \('llama', None\), expected"):
        smollm2_tokenizer(path)
