"""The lists hold what they promise: distinct words in lower case, and sets that the tests can take."""

from itertools import chain

import pytest

from llmai_edu.embeddings.word_lists import PAIRS, TOPICS, WEAT_TESTS, WORD_SETS, analogy_questions


@pytest.mark.parametrize("words", [*TOPICS.values(), *WORD_SETS.values()], ids=[*TOPICS, *WORD_SETS])
def test_words_are_distinct_and_in_lower_case(words):
    assert len(set(words)) == len(words)
    assert all(word.islower() for word in words)


@pytest.mark.parametrize("pairs", PAIRS.values(), ids=PAIRS)
def test_a_category_holds_twelve_pairs_and_no_word_twice(pairs):
    assert len(pairs) == 12
    assert len(set(chain(*pairs))) == 24


def test_topics_do_not_overlap():
    assert len(set(chain(*TOPICS.values()))) == 80


def test_every_question_once_and_no_pair_with_itself():
    questions = analogy_questions(PAIRS["man, woman"])
    assert len(questions) == len(set(questions)) == 12 * 11
    assert all(a != c and b != d for a, b, c, d in questions)


@pytest.mark.parametrize("test", WEAT_TESTS, ids=lambda test: test.x)
def test_targets_are_as_many_as_the_paper_has(test):
    x, y, a, b = test.sets
    assert len(x) == len(y) == (25 if test.a == "pleasant" else 8)
    assert len(a) == len(b)
    assert not set(x) & set(y)
    assert not set(a) & set(b)
