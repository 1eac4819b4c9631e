"""Procrustes against scipy and a known turn; movement and its chance by hand."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from llmai_edu.embeddings.eras import (
    align,
    chance_of,
    common_words,
    load_recorded_eras,
    movement,
    procrustes,
    shuffle_eras,
)
from llmai_edu.embeddings.vectors import WordVectors

RNG = np.random.default_rng(0)
WORDS = [f"w{i}" for i in range(200)]
BEFORE = WordVectors(WORDS, RNG.normal(size=(200, 10)))
TURN = ortho_group.rvs(10, random_state=1)


def test_procrustes_is_scipys():
    a, b = RNG.normal(size=(2, 40, 6))
    turn = procrustes(a, b)
    np.testing.assert_allclose(turn, orthogonal_procrustes(a, b)[0], atol=1e-10)
    np.testing.assert_allclose(turn @ turn.T, np.eye(6), atol=1e-10)


def test_procrustes_by_hand():
    # e1 should go to e2, and e2 to -e1: a quarter turn
    np.testing.assert_allclose(procrustes(np.eye(2), np.array([[0, 1.0], [-1, 0]])), [[0, 1], [-1, 0]])


def test_a_turned_space_has_not_moved():
    after = WordVectors(WORDS, BEFORE.matrix @ TURN)
    np.testing.assert_allclose(movement(BEFORE, after, WORDS), 0, atol=1e-10)
    np.testing.assert_allclose(align(after, BEFORE).matrix, align(BEFORE, BEFORE).matrix, atol=1e-10)


def test_the_words_that_moved_are_found():
    matrix = BEFORE.matrix.copy()
    matrix[[3, 50]] *= -1
    order = np.argsort(-movement(BEFORE, WordVectors(WORDS, matrix @ TURN), WORDS))
    assert set(order[:2].tolist()) == {3, 50}


def test_words_that_only_one_era_knows_do_not_disturb():
    after = WordVectors([*WORDS[5:], "new"], np.vstack([BEFORE.matrix[5:], np.ones(10)]) @ TURN)
    assert common_words(BEFORE, after) == WORDS[5:]
    # The mean and the turn are those of the anchors alone.
    np.testing.assert_allclose(movement(align(BEFORE, after), after, WORDS[5:]), 0, atol=0.01)


def test_movement_lies_between_0_and_2():
    after = WordVectors(WORDS, RNG.normal(size=(200, 10)))
    moved = movement(BEFORE, after, WORDS)
    assert moved.min() >= 0
    assert moved.max() <= 2


def test_chance_by_hand():
    shuffled = np.array([[0.1, 0.5], [0.3, 0.6], [0.3, 0.7]])
    assert chance_of(np.array([0.3, 0.65]), shuffled).tolist() == [0.75, 0.5]


def test_what_moves_by_chance_is_rarely_called_real():
    moved = np.random.default_rng(2).random((40, 3000))
    assert np.mean(chance_of(moved[0], moved[1:]) <= 0.05) == pytest.approx(0.05, abs=0.01)


def test_shuffled_eras_keep_their_sizes():
    rng = np.random.default_rng(0)
    first, second = shuffle_eras([30, 20, 10], rng), shuffle_eras([30, 20, 10], rng)
    assert np.bincount(first).tolist() == np.bincount(second).tolist() == [30, 20, 10]
    assert (first != second).any()


def test_two_shapes_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        procrustes(np.ones((3, 2)), np.ones((2, 2)))


def test_the_recorded_run_is_whole():
    run = load_recorded_eras()
    assert len(run["words"]) == 30
    assert run["shuffles"] == 24
    z = [word["z"] for word in run["words"]]
    assert z == sorted(z, reverse=True)
    low, high = run["mean_distance_shuffled"][1:]
    assert low < high < run["mean_distance"]
