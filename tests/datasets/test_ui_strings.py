import json
import re

import pytest

from llmai_edu.datasets import DATASETS, fetch, load_ui_strings
from llmai_edu.datasets.parallel import LANGUAGES, Pair
from llmai_edu.datasets.ui_strings import read_strings


def test_reads_catalogues_without_header_contexts_plurals_and_copies(tmp_path):
    first = {
        "": {"domain": "a"},
        "menu\x04Open": ["Ouvrir"],
        "Open": ["Ouvrir"],
        "%1 Item": ["%1 élément", "%1 éléments"],
        "Python": ["Python"],
        "Empty": [""],
        "\nPath: ": ["\nChemin : "],
    }
    (tmp_path / "b.json").write_text(json.dumps({"Open": ["Ouvrir"], "Edit": ["Éditer"]}), encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(first), encoding="utf-8")
    assert read_strings(tmp_path) == [
        Pair("Open", "Ouvrir", "a"),
        Pair("%1 Item", "%1 élément", "a"),
        Pair("Path:", "Chemin :", "a"),
        Pair("Edit", "Éditer", "b"),
    ]


FIGURES = {  # pairs, English strings, mean and largest number of words
    "fr": (3048, 3004, 5.7, 98),
    "de": (1018, 1011, 3.3, 54),
    "es": (864, 856, 4.1, 57),
    "zh": (3080, 3047, 5.6, 98),
}


@pytest.mark.data
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_card_tells_the_truth(code):
    pairs = load_ui_strings(code)
    words = [len(pair.english.split()) for pair in pairs]
    assert len(set(pairs)) == len(pairs)
    assert (len(pairs), len({p.english for p in pairs}), round(sum(words) / len(words), 1), max(words)) == FIGURES[code]
    for figure in FIGURES[code]:
        assert f"{figure:,}" in DATASETS[f"ui-strings-{code}"].how_much


@pytest.mark.data
def test_faults_of_the_cards():
    copies = {}
    for code in LANGUAGES:
        catalogues = [json.loads(path.read_bytes()) for path in fetch(f"ui-strings-{code}").rglob("LC_MESSAGES/*.json")]
        assert len(catalogues) == 17
        strings = [
            (key.split("\x04")[-1].strip(), forms[0].strip()) for c in catalogues for key, forms in c.items() if key
        ]
        copies[code] = len({english for english, foreign in strings if english == foreign})
    assert copies == {"fr": 192, "de": 97, "es": 2, "zh": 148}
    added = [set(re.findall(r"%\d", p.foreign)) - set(re.findall(r"%\d", p.english)) for p in load_ui_strings("zh")]
    assert sum(map(bool, added)) == 9


@pytest.mark.data
def test_a_translation_that_everybody_knows():
    found = {code: {p.foreign for p in load_ui_strings(code) if p.english == "Cancel"} for code in LANGUAGES}
    assert found == {"fr": {"Annuler"}, "de": {"Abbrechen"}, "es": {"Cancelar"}, "zh": {"取消"}}


def test_every_language_has_its_own_pin():
    assert len({DATASETS[f"ui-strings-{code}"].artifact.sha256 for code in LANGUAGES}) == 4
