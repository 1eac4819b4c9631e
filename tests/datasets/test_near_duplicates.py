"""Near duplicates: what MinHash groups is what counting every pair would group, but for pairs at the border."""

import random

import pytest

from llmai_edu.datasets.near_duplicates import (
    jaccard,
    near_duplicate_groups,
    normalized,
    shared_spans,
    shingles,
    without_duplicates,
)


def words(n: int, draw: random.Random) -> list[str]:
    return [f"w{draw.randrange(10_000)}" for _ in range(n)]


def edited(text: list[str], edits: int, draw: random.Random) -> str:
    copy = list(text)
    for place in draw.sample(range(len(copy)), edits):
        copy[place] = "changed"
    return " ".join(copy)


def test_groups_are_those_of_all_pairs_away_from_the_border():
    draw = random.Random(0)
    originals = [words(200, draw) for _ in range(30)]
    texts = [" ".join(text) for text in originals]
    texts += [edited(text, edits, draw) for text, edits in zip(originals, [0, 1, 3, 40, 80] * 6)]
    sets = [shingles(text) for text in texts]
    overlaps = {(i, i + 30): jaccard(sets[i], sets[i + 30]) for i in range(30)}
    found = {tuple(group) for group in near_duplicate_groups(texts, 0.7)}
    assert {pair for pair, overlap in overlaps.items() if overlap > 0.8} <= found
    assert all(overlaps[pair] >= 0.7 for pair in found)


def test_small_changes_of_writing_do_not_count():
    assert normalized("Don't\n stop -- ever.") == "don t stop ever"
    assert near_duplicate_groups(["One two, three four five six.", "ONE two three   four five six"]) == [[0, 1]]


def test_a_chain_is_one_group_and_its_first_stays():
    draw = random.Random(1)
    first = words(100, draw)
    second = [*first[:85], *words(15, draw)]
    third = [*second[15:], *words(15, draw)]
    texts = ["something else altogether here", *(" ".join(text) for text in (first, second, third))]
    assert near_duplicate_groups(texts, 0.6) == [[1, 2, 3]]
    assert without_duplicates(texts, 0.6) == [0, 1]


def test_empty_texts_are_in_no_group():
    assert near_duplicate_groups(["", "!!", ""]) == []
    assert without_duplicates(["", ""]) == [0, 1]


def test_a_threshold_that_is_no_share_is_refused():
    for threshold in (0, 1.1):
        with pytest.raises(ValueError, match="share"):
            near_duplicate_groups(["a"], threshold)


def test_a_text_that_shares_a_run_of_words_is_found_and_a_shorter_run_is_not():
    draw = random.Random(2)
    held_out = words(300, draw)
    shares = [*words(20, draw), *held_out[100:113], *words(20, draw)]
    nearly = [*words(20, draw), *held_out[100:112], *words(20, draw)]
    texts = [" ".join(text).upper() for text in (shares, nearly)]
    assert shared_spans(texts, " ".join(held_out)) == [True, False]
    with pytest.raises(ValueError, match="at least 1"):
        shared_spans(texts, "x", size=0)
