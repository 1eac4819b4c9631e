from llmai_edu.apps.glossary import fill_terms, terms_in, uses_terms
from llmai_edu.apps.slots import Slotted, restore

GLOSSARY = {"device": "appareil", "device name": "nom de l'appareil", "c++": "C++"}


def test_the_longest_term_wins_and_whole_words_count():
    assert fill_terms("the device name of devices", GLOSSARY) == Slotted("the <p0> of devices", ("nom de l'appareil",))


def test_placeholders_and_terms_share_the_slots():
    slotted = fill_terms("{device}: device {device}", GLOSSARY)
    assert slotted == Slotted("<p0>: <p1> <p0>", ("{device}", "appareil"))
    assert restore("<p1> : <p0>", slotted.values) == "appareil : {device}"


def test_a_capital_at_the_beginning_is_kept():
    assert fill_terms("Device or device", GLOSSARY).values == ("Appareil", "appareil")
    assert fill_terms("The Device", GLOSSARY).values == ("appareil",)


def test_an_eleventh_term_stays():
    text = " ".join(f"{{v{i}}}" for i in range(10)) + " device"
    assert fill_terms(text, GLOSSARY).text.endswith("<p9> device")


def test_without_terms_it_is_only_the_placeholders():
    assert fill_terms("the device {a}", {}) == Slotted("the device <p0>", ("{a}",))
    assert terms_in("the device", {}) == []


def test_terms_found_and_used():
    assert terms_in("Device, device of {device}; device name", GLOSSARY) == ["device", "device name"]
    assert uses_terms("Device and device name", "Appareil et le nom", GLOSSARY) == [True, False]
