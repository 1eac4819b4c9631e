"""SQuAD's counting, by cases worked by hand, and by its two known traps."""

import math

import numpy as np
import pytest

from llmai_edu.evaluation.squad_f1 import answer_words, exact_match, held_words, mean_estimate, word_f1


@pytest.mark.parametrize(
    ("answer", "truth", "f1"),
    [
        ("the cat sat", "cat sat", 1.0),  # the article does not count
        ("Cat, sat!", "cat sat", 1.0),
        ("cat sat here", "cat", 0.5),  # precision 1/3, recall 1
        ("cat cat", "cat", 2 / 3),  # the second cat is no hit: precision 1/2, recall 1
        ("cat cat", "cat cat dog", 0.8),  # precision 1, recall 2/3
        ("dog", "cat", 0.0),
        ("", "cat", 0.0),
        ("the", "an", 1.0),  # nothing is left of either
        ("sat cat", "cat sat", 1.0),  # a bag of words knows no order
        ("__enter__()", "enter", 1.0),  # signs go: an underscore is one of them
        ("don't", "dont", 1.0),
        ("another", "other", 0.0),  # "an" is an article only as a word
    ],
)
def test_f1_by_hand(answer, truth, f1):
    assert math.isclose(word_f1(answer, truth), f1)
    assert math.isclose(word_f1(truth, answer), f1)


def test_signs_go_before_articles():
    assert answer_words('"a" cat') == ["cat"]
    assert answer_words("a-b") == ["ab"]  # joined, not parted
    assert answer_words("“Theory” of the … thing") == ["theory", "of", "thing"]


def test_exact_match_keeps_the_order():
    assert exact_match("The cat sat.", "cat sat")
    assert not exact_match("sat cat", "cat sat")


def test_recall_alone():
    assert held_words("cat", "cat cat") == 0.5
    assert held_words("a very long answer with a cat in it", "the cat") == 1.0
    assert held_words("", "") == 1.0


def test_the_interval_holds_the_mean_and_shrinks():
    rng = np.random.default_rng(0)
    wide, narrow = (mean_estimate(rng.random(n)) for n in (50, 5000))
    assert wide.low < wide.value < wide.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 5
    sure = mean_estimate([0.3] * 20)
    assert math.isclose(sure.low, sure.high)
