"""Marks stand below the tokens that count, and texts are escaped."""

import pytest

from llmai_edu.viz.counted_tokens import counted_chips


def test_marks_stand_below_the_tokens_that_count():
    drawn = counted_chips([b"<b>", b" ok", b"\n"], [0, 1, 1])
    first, second, third = drawn.split("</span>")[:3]
    assert "&lt;b&gt;" in first
    assert "dashed" in first
    assert "✓" not in first
    assert "␣ok" in second
    assert "solid" in second
    assert "✓" in second
    assert "⏎" in third


def test_as_many_marks_as_tokens():
    with pytest.raises(ValueError, match="2 tokens and 1 marks"):
        counted_chips([b"a", b"b"], [1])
