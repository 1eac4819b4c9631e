import json
from collections import Counter

import pytest

from llmai_edu.datasets import DATASETS, fetch
from llmai_edu.datasets.home_strings import leaves, load_home_strings, read_components
from llmai_edu.datasets.parallel import Pair


def test_components_are_joined_on_the_path_of_keys(tmp_path):
    english = {"title": "Lamp", "state": {"on": "On", "off": "Off", "extra": "Extra"}, "again": "On "}
    french = {"title": "Lampe", "state": {"on": "Allumé", "off": "Off", "gone": "Parti"}, "again": "Allumé", "e": 3}
    folder = tmp_path / "lamp" / "translations"
    folder.mkdir(parents=True)
    (folder / "en.json").write_text(json.dumps(english), encoding="utf-8")
    (folder / "fr.json").write_text(json.dumps(french), encoding="utf-8")
    assert read_components(tmp_path, "fr.json") == [Pair("Lamp", "Lampe", "lamp"), Pair("On", "Allumé", "lamp")]


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="fr and zh, not 'de'"):
        load_home_strings("de")


@pytest.mark.data
@pytest.mark.parametrize(
    ("code", "figures"), [("fr", ("11,162", "10,796", "5.4")), ("zh", ("25,283", "24,516", "5.7"))]
)
def test_the_card_tells_the_truth(code, figures):
    pairs = load_home_strings(code)
    words = [len(pair.english.split()) for pair in pairs]
    found = f"{len(pairs):,}", f"{len({p.english for p in pairs}):,}", f"{sum(words) / len(words):.1f}"
    assert found == figures
    assert max(words) == 186
    assert len(set(pairs)) == len(pairs)
    assert not any("[%key" in pair.english + pair.foreign for pair in pairs)  # references are resolved
    for figure in (*figures, "186"):
        assert figure in DATASETS["home-strings"].how_much


@pytest.mark.data
def test_faults_of_the_card():
    same = Counter()
    for code, name in {"fr": "fr.json", "zh": "zh-Hans.json"}.items():
        for path in fetch("home-strings").glob(f"homeassistant/components/*/translations/{name}"):
            english = dict(leaves(json.loads(path.with_name("en.json").read_bytes())))
            for key, text in leaves(json.loads(path.read_bytes())):
                same[code] += len(text.strip()) > 0 and english.get(key, "").strip() == text.strip()
    assert dict(same) == {"fr": 1299, "zh": 819}
    assert sum(n > 1 for n in Counter(p.english for p in load_home_strings("fr")).values()) == 310
