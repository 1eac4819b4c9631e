"""The live curve: what it draws, that it replaces its picture, and that no figure stays open."""

import IPython
import IPython.display
import matplotlib.pyplot as plt
import pytest

from llmai_edu.viz.live_curve import LiveCurve, draw_curve


def test_it_draws_the_loss_as_a_line_and_held_out_values_as_marks():
    axes = draw_curve([1, 2, 3], [3.0, 2.0, 1.5], [(2, 2.2), (3, 1.9)])
    loss, held_out = axes.lines
    assert list(loss.get_ydata()) == [3.0, 2.0, 1.5]
    assert list(held_out.get_xdata()) == [2, 3]
    assert held_out.get_marker() == "s"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training loss", "held-out"]
    plt.close(axes.figure)


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        draw_curve([1, 2], [3.0])


def test_in_a_notebook_one_picture_is_replaced(monkeypatch):
    shown, updated = [], []

    class Handle:
        def update(self, figure):
            updated.append(figure)

    def display(figure, display_id):
        shown.append(figure)
        return Handle()

    monkeypatch.setattr(IPython, "get_ipython", object)
    monkeypatch.setattr(IPython.display, "display", display)
    before, live = len(plt.get_fignums()), LiveCurve()
    for steps in range(1, 4):
        live.update(list(range(steps)), [1.0] * steps)
    assert len(shown) == 1
    assert len(updated) == 2
    assert len(plt.get_fignums()) == before
