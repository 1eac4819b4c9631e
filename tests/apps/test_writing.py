import numpy as np
import pytest
import torch

from llmai_edu.apps import writing
from llmai_edu.apps.writing import Wish, Writer, by_prompt, kept, read_wish
from llmai_edu.course.checks.writing import _forced
from llmai_edu.models.llama import Llama, LlamaConfig


class Letters:
    """A chat tokenizer of bytes; the prompt is the message."""

    vocab_size, eos_id = 257, 256

    def encode(self, text):
        return list(text.encode())

    def decode(self, ids):
        return bytes(i for i in ids if i < 256).decode(errors="replace")

    def id_to_bytes(self, id):
        return bytes([id]) if id < 256 else b""

    def chat_ids(self, messages):
        return self.encode(messages[0]["content"])


@pytest.fixture(scope="module")
def writer():
    config = LlamaConfig(257, 16, 32, 1, 2, 1, 512)
    model = Llama(config, generator=torch.Generator().manual_seed(0)).requires_grad_(False)
    with torch.no_grad():
        model.lm_head.weight.mul_(0)  # all tokens are equally likely
    return Writer(model, Letters())


def test_what_is_held_to_is_kept(writer):
    wishes = [Wish("a", ("roof",), ("en", "ta"), 6, 9), Wish("bc", (), ("on",), 6, 9)]
    texts = ["", ""]
    ids = [[], []]
    for row, token in writer.write_many(wishes, hold=True, seeds=[1, 2]):
        ids[row].append(token)
    texts = [Letters().decode(one) for one in ids]
    for wish, text in zip(wishes, texts):
        found = kept(wish, text)
        assert found["include"]
        assert found["forbid"]


def test_the_judge_by_hand():
    wish = Wish("x", ("lamp",), ("sun",), 6, 7)
    assert kept(wish, "The Lamp is on, and it shines.") == {"include": True, "forbid": True, "length": True}
    assert not kept(wish, "The lamps shine.")["include"]
    assert not kept(wish, "A sunny day.")["forbid"]
    assert kept(wish, "It was misunderstood.")["forbid"]


def test_wishes_that_contradict_themselves_are_refused():
    with pytest.raises(ValueError, match="at once"):
        Wish("x", ("rainy",), ("rain",))
    with pytest.raises(ValueError, match="need a text"):
        Wish("x", ("a", "b", "c"), fewest=10)
    with pytest.raises(ValueError, match="two letters or more"):
        read_wish("the sea -a -e -i -o -t -s")


def test_the_request_in_words():
    wish = Wish("rain", ("roof", "hat"), ("wet",), tone="gloomy")
    said = 'Write a short gloomy text about rain. Use the words "roof" and "hat". Do not use the word "wet".'
    assert wish.request() == f"{said} Write between 25 and 40 words."
    assert read_wish("a walk +roof -wet in rain") == Wish("a walk in rain", ("roof",), ("wet",))


def test_each_text_gets_the_steps_of_its_prompt():
    step = by_prompt({(1, 2): [lambda x, i: x + 1], (3,): [lambda x, i: x * 0, lambda x, i: x + i.shape[1]]})
    assert step(torch.ones(2, 2), torch.tensor([[1, 2, 9], [3, 4, 5]])).tolist() == [[2, 2], [3, 3]]


def test_the_terminal_knows_three_kinds(monkeypatch):
    class Fake:
        model = tokenizer = None

        @classmethod
        def load(cls):
            return cls()

        def write(self, wish):
            yield wish.topic

    monkeypatch.setattr(writing, "Writer", Fake)
    app = writing.open_app()
    assert "".join(app.answer("write: the sea +salt")) == "the sea"
    assert "Begin with" in "".join(app.answer("paint: the sea"))
    assert "Begin with" in "".join(app.answer("write:"))
    assert "at most 4,000" in "".join(app.answer("summarize: " + "A cat sat there. " * 900))


@pytest.mark.parametrize("length", [3, 4, 6])
def test_the_step_of_exercise_3_keeps_its_promise(length):
    rng = np.random.default_rng(length)
    for _ in range(100):
        phrase, ids = rng.integers(1, 4, 3).tolist(), []
        while len(ids) < length:
            ids.append(int(np.argmax(_forced(rng.gumbel(size=5), ids, phrase, length, 0))))
            if ids[-1] == 0:
                break
        assert any(ids[i : i + 3] == phrase for i in range(length))
