import pytest

from llmai_edu.apps.slots import N_SLOTS, SLOTS, fill_slots, keeps_placeholders, placeholders, put_slots, restore
from llmai_edu.datasets import load_ui_strings
from llmai_edu.datasets.home_strings import load_home_strings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello {name}", ["{name}"]),
        ("{{ states('x y') }} and %(n)d of %s", ["{{ states('x y') }}", "%(n)d", "%s"]),
        ("%1 of %2, 100% sure, 50 %", ["%1", "%2"]),
        ('<a href="x y">here</a>, a < b', ['<a href="x y">', "</a>"]),
        ("see [docs](https://a.b/c?d=e).", ["https://a.b/c?d=e"]),
        ("{not one} {}", ["{}"]),
        ("nothing", []),
    ],
)
def test_what_counts_as_a_placeholder(text, found):
    assert placeholders(text) == found


def test_slots_go_in_and_come_back():
    text = "{a} <b>%1</b> {a} {{ x }}"
    slotted = fill_slots(text)
    assert slotted.text == "<p0> <p1><p2><p3> <p0> <p4>"
    assert restore(slotted.text, slotted.values) == text
    assert put_slots("%1 : {c} {a}", slotted.values) == "<p2> : {c} <p0>"


def test_a_text_cannot_forge_a_slot_and_a_value_is_not_read_again():
    slotted = fill_slots("<p1> {x}")
    assert slotted.values == ("<p1>", "{x}")
    assert restore(slotted.text, slotted.values) == "<p1> {x}"


def test_an_eleventh_placeholder_stays_and_an_invented_slot_goes():
    text = " ".join(f"{{v{i}}}" for i in range(N_SLOTS + 1))
    slotted = fill_slots(text)
    assert slotted.text.split() == [*SLOTS, "{v10}"]
    assert restore(slotted.text, slotted.values) == text
    assert restore("a <p3>b", ("{x}",)) == "a b"


def test_keeping_counts():
    assert not keeps_placeholders("{a} {a}", "{a}")
    assert not keeps_placeholders("a", "{a}")
    assert keeps_placeholders("{a} %s", "%s {a}")


@pytest.mark.data
@pytest.mark.parametrize("load", [load_ui_strings, load_home_strings])
@pytest.mark.parametrize("language", ["fr", "zh"])
def test_every_real_text_comes_back(load, language):
    for pair in load(language):
        slotted = fill_slots(pair.english)
        assert restore(slotted.text, slotted.values) == pair.english
        assert restore(put_slots(pair.foreign, slotted.values), slotted.values) == pair.foreign
