import pytest

from llmai_edu.viz.code_bars import code_bars_html, code_widget

ROWS = [("A00", "<b>Cholera</b>", 0.9, 0.5), ("A01", "Typhoid", 0.6, 0.2)]


def test_bars_floor_and_escaping():
    page = code_bars_html(ROWS, 0.5)
    assert "Not refused" in page
    assert "&lt;b&gt;" in page
    assert "50%" in page
    assert "Refused: the best" in code_bars_html(ROWS, 1.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        code_bars_html([("A", "a", 0.5, 2.0)], 0.1)


def test_a_note_below_the_bars_or_alone():
    assert "call &lt;112&gt;" in code_bars_html(ROWS, 0.5, "call <112>")
    alone = code_bars_html([], 0.5, "call 112")
    assert "call 112" in alone
    assert "<table" not in alone
    assert "–</td>" in code_bars_html([("MIT", "MIT License", 2.0, None)], 0.6)


def test_the_widget_looks_up_and_shows_errors():
    def look(name, text):
        if text == "boom":
            raise ValueError("no such thing")
        return ROWS, 0.5

    names, box, button, bars = code_widget(look, {"medicine": "cramps", "law": "MIT"}).children
    assert "A00" in bars.value
    names.value = "law"
    assert box.value == "MIT"
    box.value = "boom"
    button.click()
    assert "no such thing" in bars.value
