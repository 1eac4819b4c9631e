"""The right rule gives the target's distribution, counted over a grid; every mistake gives another one."""

import numpy as np
import pytest

from llmai_edu.course.draft_rules import MISTAKES, RIGHT, drawn_points, mistaken_outcomes, outcomes

P, Q = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.2, 0.2, 0.25, 0.35])


def distribution(ratio, rest, steps=60):
    """How often each token comes, over the draft's tokens and the midpoints of a grid for u and w."""
    middles, out = (np.arange(steps) + 0.5) / steps, np.zeros(4)
    for token in range(4):
        points = [(token, u, w) for u in middles for w in middles]
        out += Q[token] * np.bincount(outcomes(P, Q, points, ratio, rest), minlength=4) / len(points)
    return out


def test_the_right_rule_gives_the_target():
    assert np.allclose(distribution(*RIGHT), P, atol=0.01)


@pytest.mark.parametrize("said", MISTAKES)
def test_every_mistake_gives_something_else(said):
    assert abs(distribution(*MISTAKES[said]) - P).max() > 0.03


def test_mistakes_differ_from_each_other_and_from_the_rule():
    points = drawn_points(np.random.default_rng(0), Q)
    found = [outcomes(P, Q, points, *RIGHT), *mistaken_outcomes(P, Q, points).values()]
    assert len({tuple(tokens) for tokens in found}) == len(MISTAKES) + 4


def test_points_are_drawn_from_the_draft():
    points = drawn_points(np.random.default_rng(0), Q, 4000)
    assert np.allclose(np.bincount([token for token, _, _ in points], minlength=4) / 4000, Q, atol=0.03)
