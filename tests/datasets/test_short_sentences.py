"""Short sentences: what is taken, what is left, and each once."""

import pytest

from llmai_edu.datasets import load_shakespeare
from llmai_edu.datasets.short_sentences import short_sentences


def test_words_and_signs_in_small_letters_across_lines():
    text = "HAMLET  Who is it\n  that can tell?\n\nWhat, ho! No; I'll\nnot weep. Go."
    assert short_sentences([text]) == [("what", ",", "ho", "!"), ("no", ";", "i'll", "not", "weep", ".")]


def test_each_different_sentence_once_in_order():
    texts = ["Come, my lord. What is it? ", "WHAT! What is it? Come, my lord."]
    assert short_sentences(texts) == [("come", ",", "my", "lord", "."), ("what", "is", "it", "?")]


def test_lengths_are_counted_without_the_last_sign():
    text = "A b. A b c. A b c d. A b c d e."
    assert [len(s) for s in short_sentences([text], shortest=3, longest=4)] == [4, 5]


@pytest.mark.parametrize("text", ["It is [Exit] he.", "It is 5 now.", "it is not he.", "Is it LEAR now?", "It is he"])
def test_leaves_out_what_is_no_plain_sentence(text):
    assert short_sentences([text]) == []


@pytest.mark.data
def test_of_the_plays():
    found = short_sentences(work.text for work in load_shakespeare())
    assert 13_000 < len(found) < 15_000
    assert len(set(found)) == len(found)
    assert all(sentence[-1] in (".", "!", "?") for sentence in found)
