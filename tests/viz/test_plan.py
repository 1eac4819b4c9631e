"""The sliders of a plan draw it anew, and show what went wrong."""

import pytest

from llmai_edu.viz.plan import SLIDERS, plan_table, plan_widget

START = {"devices": 8, "billions": 1, "tokens_each": 20, "batch_millions": 4}


def test_a_table_escapes_what_it_shows():
    assert "<td>a &lt; b</td>" in plan_table({"a < b": "1"})


def test_a_moved_slider_draws_the_plan_of_its_place():
    widget = plan_widget(lambda **given: {"place": str(given)}, START)
    sliders, page = widget.children[:4], widget.children[4]
    assert "&#x27;devices&#x27;: 8" in page.value
    sliders[0].value = 1000
    assert "&#x27;devices&#x27;: 1000" in page.value
    assert [slider.description for slider in sliders] == [label for label, _ in SLIDERS.values()]


def test_what_the_function_raises_is_shown():
    def numbers(**given):
        if given["billions"] == 405:
            raise ValueError("too large <for this>")
        return {"days": "1"}

    widget = plan_widget(numbers, START)
    widget.children[1].value = 405
    assert "ValueError: too large &lt;for this&gt;" in widget.children[4].value


def test_a_place_that_a_slider_does_not_have_is_refused():
    with pytest.raises(ValueError, match="devices starts at one of"):
        plan_widget(lambda **given: {}, START | {"devices": 9})
