"""The exact chances of BPE-dropout, against counting what many runs give, and the mistakes against each other."""

from itertools import pairwise

import numpy as np
import pytest

from llmai_edu.course.dropout_chances import MISTAKES, chances, mistaken_chances

PRODUCTS = [10, 11, 12]
WORDS = [
    ([1, 2, 3, 4], {(1, 2): 0, (3, 4): 1}, 0.5),
    ([1, 2, 1, 2], {(1, 2): 0}, 0.5),
    ([1, 2, 3, 4], {(2, 3): 0, (1, 2): 1, (3, 4): 2}, 0.3),
]


def distance(one, other):
    return max(abs(one[result] - other[result]) for result in {*one, *other})


@pytest.mark.parametrize(("ids", "ranks", "p"), WORDS)
def test_chances_are_what_many_runs_give(ids, ranks, p):
    """The outsider draws for each place in turn, the earliest learned first, and stops at the first that stays."""
    rng, runs, seen = np.random.default_rng(0), 4000, {}
    for _ in range(runs):
        now, merged = list(ids), True
        while merged:
            merged = False
            for rank, i in sorted((ranks[pair], i) for i, pair in enumerate(pairwise(now)) if pair in ranks):
                if rng.random() >= p:
                    now[i : i + 2], merged = [PRODUCTS[rank]], True
                    break
        seen[tuple(now)] = seen.get(tuple(now), 0) + 1 / runs
    want = chances(ids, ranks, PRODUCTS, p)
    assert all(abs(want[result] - seen.get(result, 0)) < 0.04 for result in {*want, *seen})


@pytest.mark.parametrize(("ids", "ranks", "p"), WORDS)
def test_probabilities_sum_to_one(ids, ranks, p):
    for found in (chances(ids, ranks, PRODUCTS, p), *mistaken_chances(ids, ranks, PRODUCTS, p).values()):
        assert sum(found.values()) == pytest.approx(1)


def test_every_mistake_shows_in_one_of_the_words():
    for said in [*MISTAKES, "the draws must be made anew at each step, not once for the whole word"]:
        gaps = [
            distance(chances(*word[:2], PRODUCTS, word[2]), mistaken_chances(*word[:2], PRODUCTS, word[2])[said])
            for word in WORDS
        ]
        assert max(gaps) > 0.1, said
