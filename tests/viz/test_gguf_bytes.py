"""The hex view and its widget: every byte in its place, every field named without the help of colour."""

import html
import re

import pytest

from llmai_edu.viz.gguf_bytes import ByteField, gguf_widget, hex_view, window_of

DATA = bytes(range(65, 65 + 50))
FIELDS = [ByteField(0, 4, "magic", "ABCD"), ByteField(4, 24, "name <x>", "long & wide"), ByteField(30, 31, "one", "7")]


def bytes_shown(view):
    return [int(found, 16) for found in re.findall(r"<br>([0-9a-f]{2})</td>", view)]


def test_shows_every_byte_once_and_in_order():
    assert bytes_shown(hex_view(DATA, FIELDS)) == list(DATA)
    assert bytes_shown(hex_view(DATA[5:40], FIELDS, address=5)) == list(DATA[5:40])


def test_numbers_stand_over_the_first_byte_of_each_field():
    view = hex_view(DATA, FIELDS)
    assert re.findall(r"<b>(\d)</b><br>([0-9a-f]{2})", view) == [("1", "41"), ("2", "45"), ("3", f"{65 + 30:02x}")]
    cut = hex_view(
        DATA[5:40], FIELDS, address=5
    )  # the first bytes of field 2 are not shown: no number over another byte
    assert re.findall(r"<b>(\d)</b><br>", cut) == ["3"]
    assert "magic" not in cut


def test_the_list_tells_places_and_values_and_escapes_them():
    view = hex_view(DATA, FIELDS, chosen=1)
    assert "(bytes 4 to 23): long &amp; wide" in view
    assert "(byte 30): 7" in view
    assert html.escape("name <x>") in view
    assert view.count("▶") == 1
    assert "▶" not in hex_view(DATA, FIELDS)


def test_rows_keep_sixteen_columns():
    for address, stop in [(0, 50), (5, 40), (17, 20)]:
        for row in re.findall(r"<tr>(.*?)</tr>", hex_view(DATA[address:stop], FIELDS, address=address)):
            spans = [int(n) for n in re.findall(r'colspan="(\d+)"', row)]
            assert sum(spans) + row.count("<br>") == 16


def test_refuses_overlaps_empty_fields_and_absent_choices():
    with pytest.raises(ValueError, match="at least one byte"):
        ByteField(4, 4, "nothing", "")
    with pytest.raises(ValueError, match="overlap"):
        hex_view(DATA, [FIELDS[1], FIELDS[0]])
    with pytest.raises(ValueError, match="no field 3"):
        hex_view(DATA, FIELDS, chosen=3)


def test_the_window_holds_the_field_and_is_never_long():
    assert window_of(FIELDS, 0) == (0, 31)
    far = [ByteField(0, 5000, "first", ""), ByteField(5000, 5004, "second", "")]
    start, stop = window_of(far, 1)
    assert start <= 5000
    assert stop == 5004
    assert window_of(far, 0) == (0, 192)


def test_the_widget_steps_through_the_fields():
    widget = gguf_widget(lambda start, stop: DATA[start:stop], {"head": FIELDS, "tail": FIELDS[2:]})
    bar, picture = widget.children
    part, back, forth = bar.children
    assert back.disabled
    forth.click()
    assert "▶" in picture.value
    assert not back.disabled
    forth.click()
    assert forth.disabled
    part.value = "tail"
    assert back.disabled
    assert forth.disabled
    assert "one" in picture.value


def test_the_widget_shows_what_the_reader_raises_later():
    def read(start, stop):
        if start or "late" in seen:
            raise OSError("the file is gone")
        seen.append("late")
        return DATA[start:stop]

    seen = []
    widget = gguf_widget(read, {"head": FIELDS})
    widget.children[0].children[2].click()
    assert "OSError: the file is gone" in widget.children[1].value
    with pytest.raises(ValueError, match="at least one part"):
        gguf_widget(read, {})
