import matplotlib
import matplotlib.pyplot as plt
import pytest

from llmai_edu.viz.style import PALETTE, new_axes


@pytest.fixture(autouse=True)
def closed():
    matplotlib.use("agg")
    yield
    plt.close("all")


def test_lines_take_the_palettes_colours_in_turn():
    figure, axes = new_axes(5, 2)
    lines = [axes.plot([0, 1], [0, i])[0] for i in range(len(PALETTE) + 1)]
    assert [line.get_color() for line in lines] == [*PALETTE, PALETTE[0]]
    assert figure.get_size_inches().tolist() == [5, 2]
