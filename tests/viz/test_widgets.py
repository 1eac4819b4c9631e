import pytest

from llmai_edu.viz.widgets import ask_widget, boxed, next_token_widget, show, token_widget


def letters(text):
    return [c.encode() for c in text], [ord(c) for c in text]


def whole(text):
    return [text.encode()], [1]


def test_token_widget_follows_the_text_and_the_choice():
    widget = token_widget({"letters": letters, "whole": whole}, "ab")
    box, choice, picture = widget.children
    assert "<b>2 tokens</b>" in picture.value
    box.value = "abc"
    assert "3 characters, 3 bytes, <b>3 tokens</b>" in picture.value
    choice.value = "whole"
    assert "<b>1 tokens</b>" in picture.value


def test_token_widget_without_tokenizers_is_refused():
    with pytest.raises(ValueError, match="at least one tokenizer"):
        token_widget({})


def press(widget):
    _box, controls, _reply = widget.children
    controls.children[1].click()


def test_ask_widget_streams_the_answer_and_escapes_it():
    seen = []

    def answer(question, temperature):
        seen.append((question, temperature))
        yield from ["<b>", "Paris"]

    widget = ask_widget(answer, "Capital?")
    press(widget)
    assert seen == [("Capital?", 0.0)]
    assert widget.children[2].value == boxed("<b>Paris")
    assert "&lt;b&gt;" in widget.children[2].value


def test_ask_widget_shows_what_went_wrong_and_can_be_asked_again():
    def answer(question, temperature):
        yield "half"
        raise ValueError("too long")

    widget = ask_widget(answer, "x")
    press(widget)
    assert "half" in widget.children[2].value
    assert "ValueError: too long" in widget.children[2].value
    assert not widget.children[1].children[1].disabled


def test_ask_widget_wants_a_question():
    widget = ask_widget(lambda question, temperature: pytest.fail("asked"), "  ")
    press(widget)
    assert "Write a question first" in widget.children[2].value


def test_next_token_widget_appends_the_chosen_token_and_takes_it_back():
    def candidates(text):
        return [(b" yes", 0.75), (b" no", 0.25)] if text.endswith("?") else [(b".", 0.9), (b"!", 0.1)]

    widget = next_token_widget(candidates, "Well?")
    page, row, undo = widget.children
    assert undo.disabled
    assert [b.description for b in row.children] == ["␣yes   75.0 %", "␣no   25.0 %"]
    row.children[1].click()
    assert page.value == boxed("Well? no")
    assert row.children[0].description == ".   90.0 %"
    undo.click()
    assert page.value == boxed("Well?")
    assert undo.disabled


def test_next_token_widget_keeps_half_a_character_until_the_other_half_comes():
    first, second = "é".encode()[:1], "é".encode()[1:]
    widget = next_token_widget(lambda text: [(first, 0.6), (second, 0.4)], "caf")
    page, row, undo = widget.children
    row.children[0].click()
    assert page.value == boxed("caf\ufffd")
    row.children[1].click()
    assert page.value == boxed("café")
    undo.click()
    assert page.value == boxed("caf\ufffd")


def test_next_token_widget_shows_what_went_wrong_and_goes_back():
    def candidates(text):
        if text.endswith("!"):
            raise ValueError("too long")
        return [(b"!", 0.9), (b"?", 0.1)]

    widget = next_token_widget(candidates, "Well")
    page, row, undo = widget.children
    row.children[0].click()
    assert page.value == boxed("Well!\n\nValueError: too long")
    assert all(button.disabled for button in row.children)
    undo.click()
    assert page.value == boxed("Well")
    assert not any(button.disabled for button in row.children)
    with pytest.raises(ValueError, match="too long"):
        next_token_widget(candidates, "Well!")


def test_token_widget_shows_what_went_wrong_and_recovers():
    def only_ascii(text):
        return [c.encode("ascii") for c in text], [ord(c) for c in text]

    widget = token_widget({"ascii": only_ascii, "whole": whole}, "ab")
    box, choice, picture = widget.children
    box.value = "é"
    assert "UnicodeEncodeError" in picture.value
    choice.value = "whole"
    assert "1 tokens" in picture.value
    with pytest.raises(UnicodeEncodeError):
        token_widget({"ascii": only_ascii}, "é")


def test_show_carries_the_fallback_beside_the_widget(monkeypatch):
    shown = []
    monkeypatch.setattr("llmai_edu.viz.widgets.display", lambda bundle, raw: shown.append(bundle))
    show(token_widget({"letters": letters}, "a"), "<p>static</p>")
    assert shown[0]["text/html"] == "<p>static</p>"
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
