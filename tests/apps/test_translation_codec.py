import pytest
import torch

from llmai_edu.apps.slots import SLOTS
from llmai_edu.apps.translation_codec import CONTROLS, train_codec


@pytest.fixture(scope="module")
def codec():
    return train_codec(["turn off the light of <p0>", "éteindre la lampe de <p0>", "关闭 <p0> 的灯"] * 3, 300)


def test_text_comes_back_and_slots_are_single_tokens(codec):
    for text in ("éteindre <p0>, puis <p3>", "关灯 <p9>", "never seen: ß"):
        ids = codec.target_ids(text)
        assert ids[-1] == codec.end
        assert codec.text(ids) == text
    assert codec.target_ids("<p2>") == [codec.slot_ids[2], codec.end]


def test_a_text_cannot_write_a_control(codec):
    for name in CONTROLS:
        assert not set(codec.target_ids(f"a {name} b", complete=False)) & codec.controls


def test_what_stands_before_and_after_a_source(codec):
    special = codec.tokenizer.special_tokens
    whole = codec.source_ids("light", "zh")
    assert whole[0] == special["<zh>"]
    assert whole[-1] == codec.end
    assert codec.source_ids("light", "zh", complete=False) == whole[:-1]
    assert codec.source_ids("light", "fr", kind="emoji")[:2] == [special["<fr>"], special["<emoji>"]]
    with pytest.raises(KeyError):
        codec.source_ids("light", "de")


def test_words_begin_with_a_space_or_a_chinese_character(codec):
    ids = codec.target_ids("la lampe")
    assert [codec.starts_word(i) for i in ids][-1]
    pieces = [(codec.tokenizer.tokens[i], codec.starts_word(i)) for i in codec.target_ids("de 灯é", complete=False)]
    assert all(starts == (piece[:1] == b" " or piece[:1] >= b"\xe3") for piece, starts in pieces)
    assert codec.starts_word(codec.slot_ids[0])


def test_a_character_that_is_not_whole_is_not_shown(codec):
    ids = codec.target_ids("鼠", complete=False)
    assert len(ids) == 3
    assert [codec.text(ids[:n]) for n in (1, 2, 3)] == ["", "", "鼠"]


def test_batch_and_what_is_allowed(codec):
    ids, mask = codec.batch([[5, 6, 7], [8]])
    assert ids.tolist() == [[5, 6, 7], [8, codec.pad, codec.pad]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    allowed = codec.allowed(["a <p1>", "b"])
    assert allowed[0, codec.slot_ids[1]]
    assert not allowed[1, list(codec.slot_ids)].any()
    assert allowed[:, codec.end].all()
    assert not allowed[:, codec.pad].any()
    assert allowed.sum(1).tolist() == [
        codec.tokenizer.vocab_size - (len(CONTROLS) - 1) - len(SLOTS) + n for n in (1, 0)
    ]
    assert allowed.dtype == torch.bool
