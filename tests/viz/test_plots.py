import matplotlib as mpl
import pytest

mpl.use("Agg")
import matplotlib.pyplot as plt

from llmai_edu.viz.plots import ladder_chart, probability_bars


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_bars_stand_in_order_with_their_values():
    axes = probability_bars(["yes", "$5"], [0.75, 0.25], title="next")
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.25]
    assert [text.get_text() for text in axes.texts] == ["75.0 %", "25.0 %"]
    assert axes.get_yticklabels()[1].get_text() == r"\$5"  # else matplotlib reads it as mathematics
    assert axes.yaxis_inverted()


def test_live_rungs_are_hollow_and_hatched():
    axes = ladder_chart(["uniform", "mine"], [8.0, 2.5], live=[False, True])
    recorded, live = axes.patches
    assert recorded.get_hatch() is None
    assert live.get_hatch() == "//"
    assert live.get_facecolor()[3] == 0
    assert [text.get_text() for text in axes.texts] == ["8.00", "2.50"]


@pytest.mark.parametrize("call", [lambda: probability_bars(["a"], []), lambda: ladder_chart(["a"], [1.0, 2.0])])
def test_lengths_that_differ_are_refused(call):
    with pytest.raises(ValueError, match="give one"):
        call()
