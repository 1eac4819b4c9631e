import json

import pytest

from llmai_edu.datasets import DATASETS, fetch, load_emoji_names
from llmai_edu.datasets.emoji_names import SKIN_TONES, plain_name, read_names
from llmai_edu.datasets.parallel import LANGUAGES, Pair


def test_reads_qualified_names_without_skin_tones(tmp_path):
    english = {
        "😀": {"en": ":grinning_face:", "status": 2},
        "👍🏿": {"en": ":thumbs_up_dark_skin_tone:", "status": 2},
        "☺": {"en": ":smiling_face:", "status": 4},
    }
    (tmp_path / "emoji.json").write_text(json.dumps(english), encoding="utf-8")
    (tmp_path / "emoji_fr.json").write_text(json.dumps(dict.fromkeys(english, ":visage_rieur:")), encoding="utf-8")
    assert read_names(tmp_path, "fr") == [Pair("grinning face", "visage rieur", "😀")]


def test_only_the_outer_colons_go():
    assert plain_name(":a:b_c:") == "a:b c"


@pytest.fixture(scope="module")
def names():
    return {code: load_emoji_names(code) for code in LANGUAGES}


@pytest.mark.data
class TestTheCardTellsTheTruth:
    def test_the_languages_are_aligned(self, names):
        english = [(pair.english, pair.origin) for pair in names["fr"]]
        assert len(english) == len(set(english)) == 1923
        for pairs in names.values():
            assert [(pair.english, pair.origin) for pair in pairs] == english
            assert len({pair.foreign for pair in pairs}) == 1923

    def test_translations_that_everybody_knows(self, names):
        by_english = {pair.english: i for i, pair in enumerate(names["fr"])}
        found = {code: pairs[by_english["goat"]].foreign for code, pairs in names.items()}
        assert found == {"fr": "chèvre", "de": "ziege", "es": "cabra", "zh": "山羊"}

    def test_lengths(self, names):
        words = {code: sum(len(p.foreign.split()) for p in pairs) / 1923 for code, pairs in names.items()}
        words["en"] = sum(len(pair.english.split()) for pair in names["fr"]) / 1923
        rounded = {code: round(words[code], 1) for code in ("en", "fr", "de", "es")}
        assert rounded == {"en": 2.0, "fr": 2.4, "de": 1.9, "es": 2.5}
        assert len({character for pair in names["zh"] for character in pair.foreign}) == 1443

    def test_what_is_left_out(self):
        codes = fetch("emoji-names") / "emoji" / "unicode_codes"
        entries = json.loads((codes / "emoji.json").read_bytes())
        toned = [emoji for emoji in entries if any(ord(character) in SKIN_TONES for character in emoji)]
        assert (len(entries), len(toned)) == (5244, 2920)

    def test_faults(self, names):
        copies = {code: sum(pair.english == pair.foreign for pair in pairs) for code, pairs in names.items()}
        assert copies == {"fr": 83, "de": 87, "es": 45, "zh": 0}
        for code, word in {"fr": "drapeau", "de": "flagge", "es": "bandera", "zh": "旗"}.items():
            flags = [pair for pair in names[code] if 0x1F1E6 <= ord(pair.origin[0]) <= 0x1F1FF]
            assert len(flags) == 259
            assert sum(word in pair.foreign for pair in flags) == (0 if code == "zh" else 259)
            assert not any("flag" in pair.english for pair in flags)
        assert not any(pair.foreign != pair.foreign.lower() for code in ("fr", "de", "es") for pair in names[code])
        for figure in ("1,923", "1,443"):
            assert figure in DATASETS["emoji-names"].how_much
