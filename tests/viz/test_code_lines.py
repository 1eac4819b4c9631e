import matplotlib.pyplot as plt
import pytest

from llmai_edu.viz.code_lines import gap_widget, line_bars


def test_each_line_has_its_bar_and_one_is_marked():
    axes = line_bars(["def f(a):", "    return a", "x" * 99], [0.0, 2.5, 1.0], marked=1)
    assert [bar.get_width() for bar in axes.patches] == [0.0, 2.5, 1.0]
    assert [bool(bar.get_hatch()) for bar in axes.patches] == [False, True, False]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[1].startswith("→     return a")
    assert labels[2].rstrip().endswith("…")
    plt.close("all")
    with pytest.raises(ValueError, match="2 lines and 1 scores"):
        line_bars(["a", "b"], [1.0])


def test_the_gap_is_filled_in_its_place_and_errors_are_shown():
    def fill(prefix, suffix):
        if not prefix:
            raise ValueError("nothing before")
        yield from ("a", "<b>")

    before, after, button, reply = gap_widget(fill, "f(", ")").children
    button.click()
    assert "f(⟦a&lt;b&gt;⟧)" in reply.value
    assert not button.disabled
    before.value = ""
    button.click()
    assert "nothing before" in reply.value
    assert after.value == ")"
