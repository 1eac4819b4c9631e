"""The prompt of a draft, and the writer over a scripted model."""

from llmai_edu.apps import reply_writer
from llmai_edu.apps.reply_writer import ReplyWriter, draft_messages
from llmai_edu.datasets.shop_faq import FaqEntry

ENTRY = FaqEntry("gifts", "orders", "Do you wrap gifts?", "Yes, in paper, for 3 euros.")


def test_the_prompt_holds_entry_and_message_apart():
    system, shown, answer, user = draft_messages("Toy", ENTRY, "wrap it?")
    assert [one["role"] for one in (system, shown, answer, user)] == ["system", "user", "assistant", "user"]
    assert "Toy" in system["content"]
    assert "wrap it?" not in system["content"] + shown["content"] + answer["content"]
    assert user["content"] == "Notes: Yes, in paper, for 3 euros. [gifts]\nCustomer: wrap it?"


class Bytes:
    """A tokenizer of bytes; 0 ends a turn."""

    eos_id = 0

    def chat_ids(self, messages, errors):
        assert errors == "ignore"
        return list(messages[-1]["content"].encode())

    def id_to_bytes(self, one):
        return bytes([one])


def test_a_draft_comes_in_pieces_and_ends_in_time(monkeypatch):
    asked = {}

    def generate(model, ids, limit, *, stop_ids):
        asked.update(model=model, text=bytes(ids).decode(), limit=limit, stop_ids=stop_ids)
        return iter("für 3".encode())

    monkeypatch.setattr(reply_writer, "small_smollm2", lambda: "model")
    monkeypatch.setattr(reply_writer, "smollm2_tokenizer", Bytes)
    monkeypatch.setattr(reply_writer, "generate", generate)
    assert list(ReplyWriter("Toy", max_new_tokens=7).draft(ENTRY, "wrap?")) == ["f", "ü", "r", " ", "3"]
    assert asked == {
        "model": "model",
        "text": "Notes: Yes, in paper, for 3 euros. [gifts]\nCustomer: wrap?",
        "limit": 7,
        "stop_ids": [0],
    }
