"""Our WordPiece against the library `tokenizers` with MiniLM's own files."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders

from llmai_edu.datasets.weights import minilm_folder
from llmai_edu.tokenizers.wordpiece import (
    LONGEST_WORD,
    SPECIAL,
    WordPieceTokenizer,
    basic_words,
    longest_pieces,
    minilm_tokenizer,
)

# Characters of Unicode 3.2, on which the libraries' tables agree, but for four that were put into another class since.
MOVED = "\u166d\u1734\u1885\u1886"
known = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters=MOVED).filter(
    lambda c: unicodedata.ucd_3_2_0.category(c) != "Cn"
)


@pytest.fixture(scope="module")
def ours():
    return minilm_tokenizer()


@pytest.fixture(scope="module")
def theirs():
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # "[MASK]" in a text is plain text
    return tokenizer


@pytest.fixture
def tiny():
    return WordPieceTokenizer([*SPECIAL, "a", "##b", "##c", "ab", "[", "]", "mask"])


@pytest.mark.data
def test_ids_equal_on_every_speech(ours, theirs, speeches):
    for text in speeches[::8]:  # of all times
        assert ours.encode(text) == theirs.encode(text, add_special_tokens=False).ids


@pytest.mark.data
def test_ids_equal_on_random_texts(ours, theirs, random_texts):
    for text in random_texts:
        if not set(text) & set(MOVED):
            assert ours.encode(text) == theirs.encode(text, add_special_tokens=False).ids


@pytest.mark.data
@given(st.text(known, max_size=30))
def test_ids_equal_on_any_text(ours, theirs, text):
    assert ours.encode(text) == theirs.encode(text, add_special_tokens=False).ids


@pytest.mark.data
@pytest.mark.parametrize("length", [LONGEST_WORD, LONGEST_WORD + 1])
def test_the_longest_word(ours, theirs, length):
    text = "x" + "a" * (length - 1)
    assert ours.encode(text) == theirs.encode(text, add_special_tokens=False).ids


@pytest.mark.data
@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("max_length", [None, 7, 16])
def test_batches_equal(ours, theirs, speeches, pairs, max_length):
    texts = ["A cat.", "", "Déjà vu, 中文!", speeches[0][:200], "eleven words " * 6]
    if pairs:
        texts = list(zip(texts, texts[1:] + texts[:1]))
    theirs.enable_padding()
    if max_length:
        theirs.enable_truncation(max_length)
    expected = theirs.encode_batch(texts)
    theirs.no_padding()
    theirs.no_truncation()
    batch = ours.encode_batch(texts, max_length)
    for found, name in ((batch.attention_mask, "attention_mask"), (batch.token_type_ids, "type_ids")):
        np.testing.assert_array_equal(found, [getattr(one, name) for one in expected])
    np.testing.assert_array_equal(batch.ids, [one.ids for one in expected])


@pytest.mark.data
def test_decoding_equals(ours, theirs, speeches):
    theirs.decoder = decoders.WordPiece(cleanup=False)
    for text in ("A cat's embeddings (3).", speeches[100][:2000]):
        ids = [ours.cls_id, *ours.encode(text), ours.sep_id]
        assert ours.decode(ids) == theirs.decode(ids)
    assert ours.decode([ours.cls_id, ours.mask_id], skip_special=False) == "[CLS] [MASK]"


@pytest.mark.data
def test_minilms_vocabulary(ours):
    assert ours.vocab_size == 30_522
    assert list(ours.special_tokens.values()) == [0, 100, 101, 102, 103]
    assert ours.id_to_bytes(ours.encode("embeddings")[1]) == b"##bed"


def test_special_tokens_are_plain_text_unless_allowed(tiny):
    assert [tiny.tokens[i] for i in tiny.encode("ab[MASK]")] == ["ab", "[", "mask", "]"]
    assert tiny.encode("ab[MASK]a", {"[MASK]"}) == [8, 4, 5]
    assert tiny.encode_batch(["a[MASK]"], allowed_special={"[MASK]"}).ids.tolist() == [[2, 5, 4, 3]]
    with pytest.raises(ValueError, match="no special tokens here"):
        tiny.encode("a", {"[BLANK]"})


def test_the_longest_piece_wins_and_there_is_no_way_back(tiny):
    assert longest_pieces("abc", tiny.vocabulary) == ["ab", "##c"]
    # "ab" + "##c" is possible for "abc"; for "abd" the rest is unknown, and so is the whole word
    assert tiny.encode("abd") == [tiny.unk_id]
    assert longest_pieces("", tiny.vocabulary) == []


def test_words_by_hand():
    assert basic_words("It's 5€, no?") == ["it", "'", "s", "5€", ",", "no", "?"]
    assert basic_words("ΣΑΣ a\u200bb\x00 a\u0301") == ["σασ", "ab", "a"]


def test_save_and_load(tiny, tmp_path):
    tiny.save(tmp_path / "tiny.json")
    assert WordPieceTokenizer.load(tmp_path / "tiny.json").tokens == tiny.tokens
    (tmp_path / "vocab.txt").write_text("\n".join(tiny.tokens) + "\n", encoding="utf-8")
    assert WordPieceTokenizer.from_vocab(tmp_path / "vocab.txt").tokens == tiny.tokens
    with pytest.raises(ValueError, match="is not a JSON file"):
        WordPieceTokenizer.load(tmp_path / "vocab.txt")


def test_refuses_what_makes_no_sense(tiny):
    with pytest.raises(ValueError, match=r"needs the special tokens \[MASK\]"):
        WordPieceTokenizer([*SPECIAL[:4], "a"])
    with pytest.raises(ValueError, match="occurs twice"):
        WordPieceTokenizer([*SPECIAL, "a", "a"])
    with pytest.raises(ValueError, match="a list of at least one text"):
        tiny.encode_batch("abc")
    with pytest.raises(ValueError, match="a list of at least one text"):
        tiny.encode_batch([])
    with pytest.raises(ValueError, match="must leave room"):
        tiny.encode_batch([("a", "a")], max_length=2)
