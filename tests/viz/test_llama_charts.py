"""The charts of lesson 15: what is written where."""

import math

import matplotlib.pyplot as plt
import pytest

from llmai_edu.viz.llama_charts import turning_circles, value_bars


def written(axes):
    return [text.get_text() for text in axes.texts]


def turning(radians):
    return [(math.cos(n * radians), math.sin(n * radians)) for n in range(8)]


def test_bars_stand_in_order_with_their_numbers():
    axes = value_bars({"first": 2.0, "second": 0.5}, "metres", "%.1f")
    assert [bar.get_width() for bar in axes.patches] == [2.0, 0.5]
    assert written(axes) == ["2.0", "0.5"]
    assert axes.yaxis_inverted()
    assert axes.get_xlim() == (0, 2.4)
    plt.close("all")
    with pytest.raises(ValueError, match="none below 0"):
        value_bars({"first": -1.0}, "metres")
    with pytest.raises(ValueError, match="at least one"):
        value_bars({}, "metres")


def test_numbers_are_written_where_there_is_room():
    axes = turning_circles({"fast": turning(1.0), "slow": turning(0.05), "still": turning(1e-6)})
    assert written(axes)[:9] == [*"01234567", "fast"]  # after a full round the seventh has still room
    slow = written(axes)[9 : written(axes).index("slow")]
    assert slow == ["0", "7"]
    assert written(axes)[-2:] == ["0 to 7", "still"]
    assert len(axes.lines) == 24
    plt.close("all")


def test_refuses_nothing_to_draw():
    with pytest.raises(ValueError, match="a point"):
        turning_circles({"empty": []})
    with pytest.raises(ValueError, match="at least one name"):
        turning_circles({})
