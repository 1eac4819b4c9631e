"""Tables and maps hold each weight in its place; the widget reads once a text and follows its controls."""

import matplotlib as mpl
import pytest

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from llmai_edu.viz.attention_maps import attention_table, attention_widget, map_grid


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_the_table_holds_every_weight_and_escapes_the_tokens():
    table = attention_table(np.array([[1.0, 0.0], [0.25, 0.75]]), ["<b>", "x & y"], caption="a < b")
    assert "<b>" not in table
    assert "x &amp; y" in table
    assert "a &lt; b" in table
    assert [n for n in ("100", "25", "75") if f">{n}<" in table] == ["100", "25", "75"]
    assert ">0<" not in table
    assert table.index(">100<") < table.index(">25<") < table.index(">75<")


def test_the_table_refuses_tokens_that_do_not_fit():
    with pytest.raises(ValueError, match="each of 3 tokens"):
        attention_table(np.eye(2), ["a", "b", "c"])


def test_the_grid_draws_each_map_once_and_hides_empty_places():
    maps = np.stack([np.eye(3) * share for share in (0.1, 0.2, 0.3, 0.4, 0.5)])
    figure = map_grid(maps, list("vwxyz"), tokens=["a", "$", "c"])
    drawn = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in drawn] == list("vwxyz")
    for axes, expected in zip(drawn, maps):
        np.testing.assert_allclose(axes.images[0].get_array(), expected)
    assert len(figure.axes) == 8
    assert [label.get_text() for label in drawn[0].get_yticklabels()] == ["a", r"\$", "c"]
    figure.canvas.draw()


def test_the_grid_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="1 titles given"):
        map_grid(np.zeros((2, 3, 3)), ["a"])
    with pytest.raises(ValueError, match="each of 2 tokens"):
        map_grid(np.zeros((1, 3, 3)), ["a"], tokens=["x", "y"])


def reader(calls, layers=2, heads=3):
    def read(text):
        calls.append(text)
        if "!" in text:
            raise ValueError("too loud")
        tokens = text.split()
        weights = np.zeros((layers, heads, len(tokens), len(tokens)))
        for i in range(layers):
            for j in range(heads):
                weights[i, j] = np.eye(len(tokens)) * (10 * (i + 1) + j) / 100
        return tokens, weights

    return read


def parts(widget):
    box, choice, sliders, picture = widget.children
    return box, choice, *sliders.children, picture


def test_the_widget_follows_layer_and_head_without_reading_again():
    calls = []
    box, _, layer, head, picture = parts(attention_widget({"m": reader(calls)}, "a b", layer=1, head=2))
    assert ">22<" in picture.value
    layer.value = 0
    assert ">12<" in picture.value
    head.value = 0
    assert ">10<" in picture.value
    assert calls == ["a b"]
    box.value = "a b c"
    assert calls == ["a b", "a b c"]
    assert picture.value.count(">10<") == 3


def test_the_widget_goes_to_a_smaller_model_and_back():
    calls = []
    models = {"large": reader(calls), "small": reader(calls, layers=1, heads=1)}
    _, choice, layer, head, picture = parts(attention_widget(models, "a b", layer=1, head=2))
    choice.value = "small"
    assert (layer.value, head.value, layer.max, head.max) == (0, 0, 0, 0)
    assert ">10<" in picture.value
    choice.value = "large"
    assert (layer.max, head.max) == (1, 2)


def test_the_widget_says_what_went_wrong_and_recovers():
    box, _, layer, _, picture = parts(attention_widget({"m": reader([])}, "a b"))
    box.value = "a!"
    assert "ValueError: too loud" in picture.value
    layer.value = 1  # nothing to draw: the message stays
    assert "too loud" in picture.value
    box.value = " "
    assert "Write a sentence" in picture.value
    box.value = "a"
    assert ">20<" in picture.value


def test_the_widget_wants_a_model():
    with pytest.raises(ValueError, match="at least one model"):
        attention_widget({}, "x")
