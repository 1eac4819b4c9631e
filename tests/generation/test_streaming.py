"""Streaming against Python's own UTF-8 decoder, and a chat on a toy model that says its text by heart."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.generation.streaming import chat, stream_text
from llmai_edu.models.llama import LlamaConfig
from llmai_edu.tokenizers import smollm2_tokenizer


class ByteTokenizer:
    """Ids 0 … 255 are bytes, 256 ends a turn."""

    eos_id = 256

    def id_to_bytes(self, id):
        return bytes([id])

    def chat_ids(self, messages):
        return list("".join(f"{message['role']}:{message['content']}|" for message in messages).encode())


class Pieces:
    """A tokenizer whose tokens are given pieces of bytes."""

    def __init__(self, pieces):
        self.id_to_bytes = pieces.__getitem__


@given(st.text(), st.lists(st.integers(1, 5), min_size=1))
def test_any_text_cut_anywhere_comes_back_in_whole_characters(text, lengths):
    data, pieces, at = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode(), [], 0
    while at < len(data):
        length = lengths[len(pieces) % len(lengths)]
        pieces.append(data[at : at + length])
        at += length
    shown = list(stream_text(Pieces(pieces), range(len(pieces))))
    assert "".join(shown) == data.decode()
    assert all(shown)  # no empty pieces


def test_half_a_character_waits_for_the_rest():
    pieces = Pieces([b"a\xf0", b"\x9f\x99", b"\x82b"])  # 🙂 is f0 9f 99 82
    stream = stream_text(pieces, iter([0, 1, 2]))
    assert next(stream) == "a"
    assert next(stream) == "🙂b"


def test_bytes_that_are_no_character_are_marked():
    assert "".join(stream_text(Pieces([b"a\xff", b"b\xf0\x9f"]), [0, 1])) == "a\ufffdb\ufffd"


def test_text_is_shown_as_soon_as_it_is_known():
    taken = []

    def ids():
        for id in b"abc":
            taken.append(id)
            yield id

    stream = stream_text(ByteTokenizer(), ids())
    assert next(stream) == "a"
    assert taken == [ord("a")]


class Parrot(torch.nn.Module):
    """A "model" that says its text by heart, whatever it is asked."""

    def __init__(self, text):
        super().__init__()
        self.config = LlamaConfig(257, 8, 8, 1, 1, 1, max_position_embeddings=64)
        self.weight = torch.nn.Parameter(torch.zeros(1))  # says on which device it stands
        self.text = [*text.encode(), 256]

    def new_cache(self, max_length):
        self.said, self.heard = 0, []

    def forward(self, ids, cache, last_only):
        self.heard.append(ids[0].tolist())
        logits = torch.zeros(1, 1, 257)
        logits[..., self.text[self.said]] = 9.0
        self.said += 1
        return logits


def test_chat_asks_in_the_template_and_ends_with_the_turn():
    model = Parrot("né 🙂!")
    messages = [{"role": "user", "content": "Hi"}]
    assert list(chat(model, ByteTokenizer(), messages, max_new_tokens=20)) == ["n", "é", " ", "🙂", "!"]
    assert bytes(model.heard[0]) == b"user:Hi|"
    assert model.heard[1:] == [[byte] for byte in "né 🙂!".encode()]


def test_a_question_is_a_conversation_of_one_message():
    assert "".join(chat(Parrot("Yes."), ByteTokenizer(), "Hi", max_new_tokens=3)) == "Yes"


def test_chat_refuses_what_does_not_fit_at_once():
    with pytest.raises(ValueError, match="exceed the model's context of 64"):
        chat(Parrot("Yes."), ByteTokenizer(), "x" * 100)


@pytest.mark.data
def test_smollm2_tokens_that_split_a_character():
    tokenizer = smollm2_tokenizer()
    text = "Grüße, 🌊🙂 東京"
    ids = tokenizer.encode(text)
    assert any(b"\x80" <= tokenizer.id_to_bytes(id)[:1] < b"\xc0" for id in ids)  # some begin inside of one
    assert "".join(stream_text(tokenizer, ids)) == text
    assert not any("\N{REPLACEMENT CHARACTER}" in piece for piece in stream_text(tokenizer, ids))
