"""The bars are as long as they should be, all text is escaped, and the widget follows what is typed."""

import pytest

from llmai_edu.viz.fill_blank import fill_blank_html, fill_blank_widget


def fill(sentence):
    if "broken" in sentence:
        raise KeyError("no such word")
    return [("state", 0.5), ("<b>", 0.25)] if "Union" in sentence else [("cat", 1.0)]


def test_each_candidate_has_a_bar_of_its_length():
    shown = fill_blank_html("The _ of", [("a", 0.5), ("b", 0.0)])
    assert shown.count("<tr>") == 2
    assert "width:150px" in shown
    assert "50 %" in shown
    assert "____" in shown


def test_text_is_escaped_and_wrong_numbers_are_refused():
    shown = fill_blank_html("<script> _", fill("the Union _"))
    assert "<script>" not in shown
    assert "&lt;b&gt;" in shown
    with pytest.raises(ValueError, match=r"between 0 and 1, got 1\.5 for 'a'"):
        fill_blank_html("_", [("a", 1.5)])


def test_the_widget_follows_the_sentence_and_tells_what_went_wrong():
    box, picture = fill_blank_widget(fill, "The _ of the Union").children
    assert "state" in picture.value
    box.value = "A _ sits."
    assert "cat" in picture.value
    box.value = "two _ blanks _"
    assert "one blank" in picture.value
    box.value = "broken _"
    assert "KeyError" in picture.value
