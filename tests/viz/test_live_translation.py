"""Words appear as they come, text is escaped, and the widget follows text, slider and button."""

from llmai_edu.viz.live_translation import live_table, live_translation


def stream(text, k):
    words = text.split()
    yield " ".join(words[:k]), ""
    for word in words[k:]:
        if word == "break":
            raise ValueError("too long")
        yield word, f" <{word}>"


def parts():
    box, row, table = live_translation(stream, "a b c d", 2).children
    wait, button = row.children
    return box, wait, button, table


def test_a_row_for_each_step_and_escaped():
    shown = live_table([("<b>", ""), ("c", " d")])
    assert "<b>" not in shown
    assert shown.count('scope="row"') == 2
    assert "(waits)" in shown
    assert "<p>d</p>" in shown


def test_the_button_streams_with_the_text_and_the_wait_of_now():
    box, wait, button, table = parts()
    button.click()
    assert table.value.count('scope="row"') == 3
    wait.value, box.value = 1, "x y z"
    button.click()
    assert "&lt;y&gt; &lt;z&gt;" in table.value
    assert not button.disabled


def test_errors_and_empty_texts_are_shown():
    box, _, button, table = parts()
    box.value = "a b break"
    button.click()
    assert "too long" in table.value
    assert not button.disabled
    box.value = " "
    button.click()
    assert "Write a text first" in table.value
