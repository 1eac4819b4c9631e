"""The sliders of a table draw it anew, and show what went wrong."""

import pytest

from llmai_edu.viz.choices import choice_widget

CHOICES = {"rank": (1, 8), "beside": ("q, v", "all")}


def test_a_moved_slider_draws_the_table_of_its_place():
    widget = choice_widget(lambda **given: {"place": str(given)}, CHOICES, {"rank": 8, "beside": "q, v"})
    rank, beside, page = widget.children
    assert "&#x27;rank&#x27;: 8" in page.value
    rank.value = 1
    beside.value = "all"
    assert "&#x27;rank&#x27;: 1" in page.value
    assert "&#x27;beside&#x27;: &#x27;all&#x27;" in page.value


def test_what_the_function_raises_is_shown():
    def numbers(rank):
        if rank == 1:
            raise ValueError("too small <for this>")
        return {"rank": "8"}

    widget = choice_widget(numbers, {"rank": (1, 8)}, {"rank": 8})
    widget.children[0].value = 1
    assert "ValueError: too small &lt;for this&gt;" in widget.children[1].value


def test_a_place_that_a_slider_does_not_have_is_refused():
    with pytest.raises(ValueError, match="rank starts at one of"):
        choice_widget(lambda **given: {}, CHOICES, {"rank": 2, "beside": "all"})
