import re

import pytest
import torch

from llmai_edu.generation.controls import between_words, forbid_words, include_words, word_count
from llmai_edu.generation.steps import probs_after


class Pieces:
    """A tokenizer of a few pieces, cut greedily."""

    eos_id = 0
    pieces = (
        "<end>",
        ".",
        " ",
        "r",
        "a",
        "i",
        "n",
        " ra",
        "in",
        " rain",
        "y",
        " and",
        " t",
        " drain",
        "(rain",
        "!",
        "Rain",
    )

    def __init__(self):
        self.vocab_size = len(self.pieces)

    def encode(self, text):
        ids = []
        while text:
            best = max((p for p in self.pieces[1:] if text.startswith(p)), key=len)
            ids.append(self.pieces.index(best))
            text = text[len(best) :]
        return ids

    def decode(self, ids):
        return "".join(self.pieces[i] for i in ids)

    def id_to_bytes(self, id):
        return self.pieces[id].encode()


PIECES = Pieces()


def left(step, *names):
    """The pieces that are left after a text of these pieces; a prompt of one piece stands before it."""
    ids = torch.tensor([[9, *(PIECES.pieces.index(name) for name in names)]])
    probs = probs_after(torch.zeros(1, PIECES.vocab_size), ids, [step])[0]
    return {PIECES.pieces[i] for i in range(PIECES.vocab_size) if probs[i] > 0}


def test_a_word_is_forbidden_however_it_is_cut():
    step, everything = forbid_words(PIECES, ["rain"], start=1), set(PIECES.pieces)
    assert everything - left(step) == {" rain", "(rain", "Rain"}  # in the prompt " rain" is no matter
    assert everything - left(step, " ra") == {"in", " rain", "(rain"}
    assert everything - left(step, " ra", "i") == {"n", " rain", "(rain"}
    assert everything - left(step, " t") == {" rain", "(rain"}  # "train" and " drain" are other words
    assert "in" in left(step, " t", "r", "a")
    assert " drain" in left(step, " t")


def test_all_random_texts_obey():
    generator, step = torch.Generator().manual_seed(0), forbid_words(PIECES, ["rain"], start=0)
    logits = torch.zeros(1, PIECES.vocab_size)
    logits[0, :3] = -9
    for _ in range(30):
        ids = torch.zeros(1, 0, dtype=torch.int64)
        for _ in range(15):
            ids = torch.cat([ids, torch.multinomial(probs_after(logits, ids, [step]), 1, generator=generator)], 1)
        text = PIECES.decode(ids[0].tolist()).lower()
        assert not re.search(r"(?<![a-z])rain", text)


def test_a_word_comes_when_its_time_is_up_and_as_soon_as_it_is_likely():
    late = include_words(PIECES, ["rainy"], start=1, every=3, top=1)
    assert "<end>" not in left(late, " and")
    assert len(left(late, " and")) > 1 or left(late, " and") == {" rain"}
    assert left(late, " and", " t", "i") == {" rain"}
    assert left(late, " and", " rain") == {"y"}
    done = left(late, " and", " rain", "y")
    assert "<end>" in done
    assert not {"r", "in", "y", "Rain"} & done  # it must not go on as another word
    soon = include_words(PIECES, ["rainy"], start=1, every=30, top=20)
    assert left(soon, " and") == {" rain"}


def test_a_text_ends_with_a_sentence_between_the_limits():
    step = between_words(PIECES, 2, 3, start=1)
    assert "<end>" not in left(step, " and", ".")
    assert left(step, " and", " t", ".") == {"<end>"}
    assert "<end>" not in left(step, " and", " t")
    full = left(step, " and", " t", " rain")
    assert full == {".", "r", "a", "i", "n", "in", "y", "Rain"}  # the last word may grow, no other may begin
    assert left(step, " and", " t", " rain", " ") == {"."}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: between_words(PIECES, 3, 2, 0), "fewest"),
        (lambda: include_words(PIECES, ["rain"], 0, 0), "at least 1"),
        (lambda: forbid_words(PIECES, [""], 0), "empty word"),
    ],
)
def test_wrong_numbers_are_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_words_are_counted():
    assert word_count("It's 3 well-known facts: a–b.") == 5
