"""The map of attention weights: every number is on it, in its place."""

import matplotlib as mpl
import pytest

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from llmai_edu.viz.alignment import alignment_map


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_every_weight_stands_in_its_row_and_column():
    weights = np.array([[0.9, 0.06, 0.04], [0.0, 0.25, 0.75]])
    axes = alignment_map(weights, ["a", "b", "$"], ["x", "y"], title="t")
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "90", (1, 0): "6", (2, 0): "4", (0, 1): "0", (1, 1): "25", (2, 1): "75"}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", r"\$"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x", "y"]
    assert axes.images[0].get_array().shape == (2, 3)
    axes.figure.canvas.draw()


def test_refuses_labels_that_do_not_fit():
    with pytest.raises(ValueError, match="row for each of 3 targets"):
        alignment_map(np.eye(2), ["a", "b"], ["x", "y", "z"])
