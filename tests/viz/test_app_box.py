"""The box streams, escapes, says what went wrong, and can be used again."""

import ipywidgets as widgets
import pytest

from llmai_edu.viz.app_box import app_box
from llmai_edu.viz.widgets import boxed


def test_the_box_streams_the_answer_and_escapes_it():
    seen = []

    def answer(text):
        for piece in ["<b>", text]:
            yield piece
            seen.append((reply.value, button.disabled))

    box = app_box(answer, example="Lost card", title="Help & more", label="Send")
    heading, text, button, reply = box.children
    assert heading.value == "<h4>Help &amp; more</h4>"
    assert text.value == "Lost card"
    button.click()
    assert seen == [(boxed("<b>"), True), (boxed("<b>Lost card"), True)]
    assert "&lt;b&gt;" in reply.value
    assert not button.disabled
    text.value = "New"
    button.click()
    assert reply.value == boxed("<b>New")


def test_what_goes_wrong_is_shown_and_the_button_works_again():
    def answer(text):
        yield "half"
        raise ValueError("<too> long")

    *_, button, reply = app_box(answer, example="x", title="t").children
    button.click()
    assert "half" in reply.value
    assert "ValueError: &lt;too&gt; long" in reply.value
    assert not button.disabled


def test_an_error_before_the_first_piece_is_shown_too():
    *_, button, reply = app_box(lambda text: 1 / 0, example="x", title="t").children
    button.click()
    assert "ZeroDivisionError" in reply.value


def test_an_empty_text_and_an_empty_answer():
    _, text, button, reply = app_box(lambda text: [], example="  ", title="t").children
    button.click()
    assert "Write something first" in reply.value
    text.value = "x"
    button.click()
    assert "The answer is empty" in reply.value


def test_field_and_button_have_names():
    _, text, button, reply = app_box(
        lambda text: [], example="x", title="Support", label="Send", field="question"
    ).children
    assert (text.description, button.description, button.tooltip) == ("question", "Send", "Send: Support")
    assert isinstance(reply, widgets.HTML)  # not Output, which needs a front end
    with pytest.raises(ValueError, match="screen reader"):
        app_box(lambda text: [], example="x", title=" ")
