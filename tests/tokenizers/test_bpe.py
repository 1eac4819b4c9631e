import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.tokenizers import BPETokenizer, train_bpe
from llmai_edu.tokenizers.bpe import LONG_WORD, WordCache

BYTES = [bytes([byte]) for byte in range(256)]
TEXT = "the cat sat on the mat, the cat that the dog sat on " * 3
TOKENIZER = train_bpe(TEXT, 290, special_tokens=["<|end|>", "<|start|>"])


@given(st.text())
def test_round_trip_of_any_unicode(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.lists(st.integers(0, TOKENIZER.vocab_size - 1)))
def test_any_ids_decode_to_some_text(ids):
    assert isinstance(TOKENIZER.decode(ids), str)
    assert b"".join(map(TOKENIZER.id_to_bytes, ids)) == TOKENIZER.decode_bytes(ids)


def test_learned_words_are_single_tokens():
    assert [TOKENIZER.id_to_bytes(i) for i in TOKENIZER.encode(" the cat the cat")] == [
        b" the",
        b" cat",
        b" the",
        b" cat",
    ]


def test_half_a_character_decodes_to_the_replacement_character():
    euro = TOKENIZER.encode("€")
    assert len(euro) == 3
    assert TOKENIZER.decode(euro[:2]) == "\ufffd"
    assert TOKENIZER.decode_bytes(euro[:2]) == "€".encode()[:2]


@pytest.mark.parametrize("text", ["a\ud83d", "\ude00", "hello \ud800 there"])
def test_a_lone_surrogate_is_refused_with_its_cure(text):
    with pytest.raises(ValueError, match=r"lone surrogate U\+D.*surrogatepass"):
        TOKENIZER.encode(text)
    mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert TOKENIZER.decode(TOKENIZER.encode(mended)) == mended


def test_the_cure_joins_the_halves_of_a_pair():
    assert "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16", "replace") == "😀"


def test_special_names_in_text_are_plain_text_unless_allowed():
    text = "cat<|end|>"
    plain = TOKENIZER.encode(text)
    assert not set(plain) & set(TOKENIZER.special_tokens.values())
    assert TOKENIZER.decode(plain) == text
    end = TOKENIZER.special_tokens["<|end|>"]
    assert TOKENIZER.encode(text, allowed_special={"<|end|>"}) == [*TOKENIZER.encode("cat"), end]
    assert TOKENIZER.encode(text, allowed_special={"<|start|>"}) == plain
    assert TOKENIZER.encode("<|end|><|start|>", allowed_special="all") == [end, end + 1]


def test_decoding_shows_special_tokens_or_skips_them():
    ids = TOKENIZER.encode("cat<|end|>", allowed_special="all")
    assert TOKENIZER.decode(ids) == "cat<|end|>"
    assert TOKENIZER.decode(ids, skip_special_tokens=True) == "cat"


@pytest.mark.parametrize("wrong", [-1, TOKENIZER.vocab_size])
def test_ids_outside_the_vocabulary_are_refused(wrong):
    with pytest.raises(ValueError, match=rf"id {wrong} is outside this vocabulary of 0 … {TOKENIZER.vocab_size - 1}"):
        TOKENIZER.decode([5, wrong])
    with pytest.raises(ValueError, match="outside"):
        TOKENIZER.id_to_bytes(wrong)


def test_a_missing_byte_is_refused_or_left_out():
    tokenizer = BPETokenizer([b"a", b"b", b"ab"], [(0, 1)])
    assert tokenizer.encode("abb") == [2, 1]
    with pytest.raises(ValueError, match=r"no token for the byte 0x63 of 'acb'.*errors='ignore'"):
        tokenizer.encode("acb")
    assert tokenizer.encode("acb", errors="ignore") == [2]
    with pytest.raises(ValueError, match="no token"):  # what was ignored once is still refused
        tokenizer.encode("acb")


def test_long_words_are_merged_like_short_ones():
    word = "the" * LONG_WORD
    assert TOKENIZER.encode(word) == TOKENIZER.encode("the") * LONG_WORD


def test_long_words_take_the_heap(monkeypatch):
    """The plain way would need hours for a megabyte of letters without a space."""
    monkeypatch.setattr("llmai_edu.tokenizers.bpe.encode_word", lambda *_: pytest.fail("merged the slow way"))
    assert TOKENIZER.decode(TOKENIZER.encode("x" * LONG_WORD)) == "x" * LONG_WORD


def test_the_cache_changes_no_result_and_stays_bounded():
    tiny = BPETokenizer(TOKENIZER.tokens, TOKENIZER.merges, special_tokens=TOKENIZER.special_tokens, cache_words=3)
    assert tiny.encode(TEXT) == TOKENIZER.encode(TEXT) == tiny.encode(TEXT)
    calls = []
    cache = WordCache(lambda word: calls.append(word) or [len(word)], max_words=2)
    assert [cache[word] for word in ("a", "bb", "a", "ccc", "a")] == [[1], [2], [1], [3], [1]]
    assert calls == ["a", "bb", "ccc", "a"]
    assert len(cache) == 2
    assert cache["x" * 1000] == [1000]
    assert "x" * 1000 not in cache


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_works_in_another_process(duplicate):
    some = BPETokenizer([b"a", b"b", b"ab"], [(0, 1)])
    some.encode("ab")
    copied = duplicate(some)
    assert copied.encode("abba") == [2, 1, 0]
    assert copied.encode("ab!", errors="ignore") == [2]
    assert (copied.tokens, copied.merges) == (some.tokens, some.merges)


@pytest.mark.parametrize("text", [None, b"abc", ["abc"]])
def test_only_a_text_is_encoded(text):
    with pytest.raises(TypeError, match=f"encode expects one text, got {type(text).__name__}"):
        TOKENIZER.encode(text)


def test_an_unknown_way_with_errors_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="errors must be 'strict' or 'ignore', got 'replace'"):
        TOKENIZER.encode("", errors="replace")


def test_callers_cannot_spoil_the_cache():
    TOKENIZER.encode("cat").append(0)
    assert TOKENIZER.decode(TOKENIZER.encode("cat")) == "cat"


@pytest.mark.parametrize(
    ("tokens", "merges", "special", "message"),
    [
        ([*BYTES, b"a"], [], {}, "token b'a' is listed twice, as 97 and 256"),
        (BYTES, [(97, 300)], {}, r"merge \(97, 300\) names an id outside 0 … 255"),
        (BYTES, [(97, 98)], {}, r"merge \(97, 98\) makes b'ab', which has no id"),
        (BYTES, [], {"<end>": 256}, "'<end>' must stand in tokens at its id 256"),
        (BYTES, [], {"<end>": 3}, "'<end>' must stand in tokens at its id 3"),
        ([*BYTES, b""], [], {"": 256}, "a special token needs a name"),
    ],
)
def test_parts_that_do_not_fit_are_refused(tokens, merges, special, message):
    with pytest.raises(ValueError, match=message):
        BPETokenizer(tokens, merges, special_tokens=special)


def test_save_and_load_give_the_same_tokenizer(tmp_path):
    TOKENIZER.save(tmp_path / "t.json")
    loaded = BPETokenizer.load(tmp_path / "t.json")
    assert (loaded.tokens, loaded.merges, loaded.special_tokens, loaded.pattern) == (
        TOKENIZER.tokens,
        TOKENIZER.merges,
        TOKENIZER.special_tokens,
        TOKENIZER.pattern,
    )
    text = TEXT + "<|end|>€"
    assert loaded.encode(text, allowed_special="all") == TOKENIZER.encode(text, allowed_special="all")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tokens", ["a", 5]),
        ("tokens", [" "]),
        ("merges", [[1, 2, 3]]),
        ("merges", [["a", "b"]]),
        ("merges", None),
        ("special_tokens", []),
        ("special_tokens", {"<x>": 9999}),
        ("pattern", "("),
    ],
)
def test_damaged_files_are_refused(tmp_path, field, value):
    path = tmp_path / "t.json"
    TOKENIZER.save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(ValueError, match=r"t\.json is damaged: .*; save the tokenizer again"):
        BPETokenizer.load(path)
