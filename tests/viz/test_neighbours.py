"""The table escapes what it shows; the widget follows its controls and says what went wrong."""

import pytest

from llmai_edu.viz.neighbours import neighbour_table, neighbour_widget


def old(word, count):
    if word == "radio":
        raise KeyError("not in this vocabulary of 3 words: radio")
    if word == "broken":
        raise ValueError("too long")
    return [(f"{word}-old{i}", 0.9 - 0.1 * i) for i in range(count)]


def new(word, count):
    return [(f"{word}-new{i}", 0.5) for i in range(count)]


SPACES = {"1790-1912": old, "1913-2026": new}


def test_the_table_has_a_column_for_each_name_and_fills_up_short_ones():
    table = neighbour_table({"a": [("x", 0.5), ("y", 0.25)], "b": [("z", -0.1)]}, caption="c < d")
    assert table.count("<tr>") == 3
    assert table.count("<td") == 4
    assert "x 0.50" in table
    assert "z -0.10" in table
    assert "<caption>c &lt; d</caption>" in table


def test_the_table_escapes_words_and_names():
    table = neighbour_table({"<b>": [("<script>", 1.0)]})
    assert "<script>" not in table
    assert "<b>" not in table
    assert "&lt;script&gt; 1.00" in table


def test_an_empty_table_is_still_a_table():
    assert neighbour_table({}).count("<table>") == 1
    assert neighbour_table({"a": []}).count("<td") == 0


def test_the_widget_follows_the_word_the_space_and_the_number():
    widget = neighbour_widget(SPACES, "army", count=2)
    box, space, number, picture = widget.children
    assert "army-old1 0.80" in picture.value
    assert "army-old2" not in picture.value
    space.value = "1913-2026"
    assert "army-new0 0.50" in picture.value
    number.value = 3
    assert "army-new2" in picture.value
    box.value = " Navy "
    assert "navy-new0" in picture.value


def test_an_unknown_word_is_named_and_another_may_follow():
    box, _, _, picture = neighbour_widget(SPACES, "radio").children
    assert "not in this vocabulary of 3 words: radio" in picture.value
    assert "KeyError" not in picture.value
    box.value = "broken"
    assert "ValueError: too long" in picture.value
    box.value = ""
    assert "Write a word" in picture.value
    box.value = "army"
    assert "army-old0" in picture.value


def test_nothing_to_show_is_refused():
    with pytest.raises(ValueError, match="at least one space"):
        neighbour_widget({}, "army")
    with pytest.raises(ValueError, match="between 1 and 20, got 0"):
        neighbour_widget(SPACES, "army", count=0)
