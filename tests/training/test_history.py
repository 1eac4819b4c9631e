"""A history adds up, is drawn in pieces, and is the same after a file."""

import numpy as np
import pytest

from llmai_edu.training.history import Evaluation, History


def make(steps=7):
    history = History()
    for step in range(steps):
        history.add(loss=float(step), norm=1.0, lr=0.1, units=10, seconds=0.5)
    history.evaluations.append(Evaluation(steps, 10 * steps, 0.5 * steps, 2.0))
    return history


def test_units_and_seconds_add_up():
    history = make(3)
    assert (history.units, history.seconds, history.steps) == ([10, 20, 30], [0.5, 1.0, 1.5], 3)


@pytest.mark.parametrize("points", [1, 3, 7, 100])
def test_the_curve_keeps_the_mean(points):
    steps, losses = make().curve(points)
    assert len(steps) == min(points, 7)
    assert steps[-1] == 7
    assert np.average(losses, weights=np.diff(steps, prepend=0)) == pytest.approx(3.0)


def test_a_saved_history_is_the_same(tmp_path):
    history = make()
    history.save(tmp_path / "history.json")
    loaded = History.load(tmp_path / "history.json")
    assert loaded == history
    assert loaded.evaluations[0].value == 2.0
