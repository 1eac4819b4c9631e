"""Each chart holds its numbers, and refuses what does not fit."""

import matplotlib as mpl
import pytest

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from llmai_edu.viz.attention_plots import curves, head_dots, heat_map, marked_cards, share_bars


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_curves_hold_the_values_and_differ_in_more_than_colour():
    rows = {"a": [1, 2, 3], "b": [3, 2, 1], "c": [2, 2, 2], "d": [0.5, 1, 2]}
    axes = curves([1, 2, 4], rows, "n", "value", log="xy")
    for line, (name, row) in zip(axes.lines, rows.items(), strict=True):
        assert line.get_label() == name
        assert line.get_ydata().tolist() == row
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 4
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "4"]
    assert curves([1, 2], {"a": [1, 2]}, "n", "value").get_yscale() == "linear"
    axes.figure.canvas.draw()


def test_curves_refuse_a_fifth_and_a_short_one():
    with pytest.raises(ValueError, match="at most 4"):
        curves([1], {name: [1] for name in "abcde"}, "", "")
    with pytest.raises(ValueError, match="'b' has 1 values for 2"):
        curves([1, 2], {"a": [1, 2], "b": [1]}, "", "")


def test_a_heat_map_holds_the_table_and_has_a_scale():
    axes = heat_map(np.eye(3), "channel", "place")
    np.testing.assert_allclose(axes.images[0].get_array(), np.eye(3))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("channel", "place")
    assert len(axes.figure.axes) == 2


def test_the_frame_stands_about_the_card_that_was_asked_for():
    weights, keys = np.array([[0.25, 0.75], [1.0, 0.0]]), np.array([[4, 9], [2, 7]])
    axes = marked_cards(weights, keys, keys + 10, np.array([9, 2]))
    frames = [(patch.get_x() + 0.5, patch.get_y() + 0.5) for patch in axes.patches]
    assert frames == [(1, 0), (0, 1)]
    assert [text.get_text() for text in axes.texts][:2] == ["4 → 14\n25 %", "9 → 19\n75 %"]
    with pytest.raises(ValueError, match="on no card"):
        marked_cards(weights, keys, keys, np.array([9, 3]))


def test_the_dots_of_the_heads_and_their_mean():
    shares = np.array([[0.0, 0.5], [0.25, 0.75], [1.0, 1.0]])
    axes = head_dots(shares, 0.04)
    drawn = [line.get_ydata() for line in axes.lines]
    np.testing.assert_allclose(drawn[0], [0, 25, 100])
    np.testing.assert_allclose(drawn[2], [25, 50, 100])
    np.testing.assert_allclose(drawn[3], [4, 4])


def test_bars_are_divided_as_told_and_hatched():
    axes = share_bars({"one": [0.25, 0.75], "two": [0.5, 0.5]}, ["left", "right"])
    boxes = [(patch.get_x(), patch.get_width()) for patch in axes.patches]
    assert boxes == [(0, 25), (0, 50), (25, 75), (50, 50)]
    assert axes.patches[0].get_hatch() != axes.patches[2].get_hatch()
    for bad in ({"one": [0.5, 0.4]}, {"one": [1.0]}):
        with pytest.raises(ValueError, match="sum to 1"):
            share_bars(bad, ["left", "right"])
