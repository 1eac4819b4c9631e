import pytest

from llmai_edu.viz.tokens import readable, token_chips


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        (b" the", "␣the"),
        (b"\n\t", "⏎⇥"),
        ("é".encode(), "é"),
        (b"\xf0\x9f", "⟨f0 9f⟩"),
        (b"\x00", "⟨U+0000⟩"),
        ("\u200b".encode(), "⟨U+200B⟩"),
    ],
)
def test_nothing_is_invisible(piece, shown):
    assert readable(piece) == shown


def test_chips_escape_html_and_show_ids():
    chips = token_chips([b"<", b"a"], [60, 97])
    assert "&lt;" in chips
    assert ">60<" in chips
    assert chips.count("<span") == 2


def test_chips_refuse_a_wrong_number_of_ids():
    with pytest.raises(ValueError, match="2 tokens and 1 ids"):
        token_chips([b"a", b"b"], [1])
