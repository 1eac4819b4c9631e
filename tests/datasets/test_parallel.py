import pytest

from llmai_edu.datasets import load_emoji_names, load_ui_strings
from llmai_edu.datasets.parallel import LANGUAGES, Pair, check_language, normalize_english, split_pairs


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("Save File…", "save file"),
        ("  save\nfile ", "save file"),
        ("ﬁle", "file"),  # a ligature
        ("STRASSE", normalize_english("straße")),
        ("%1 of %2", "1 of 2"),
        ("…", "…"),
    ],
)
def test_what_counts_as_the_same_source(text, normalized):
    assert normalize_english(text) == normalized


def test_the_same_english_stays_together_whatever_its_translation():
    words = ["Open file", "Close", "Save", "Undo", "Redo", "Cut", "Copy", "Paste"]
    pairs = [Pair(form(word), str(i), "x") for i, form in enumerate((str, str.upper, str.title)) for word in words]
    split = split_pairs(pairs, shares=(0.4, 0.2, 0.4))
    where = {pair: place for place, part in enumerate(split.parts) for pair in part}
    assert len(where) == len(pairs)
    for word in words:
        assert len({where[pair] for pair in pairs if pair.english.lower() == word.lower()}) == 1


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="fr, de, es, zh, not 'it'"):
        check_language("it")


@pytest.mark.data
def test_no_test_source_was_seen_in_training_in_any_language_or_set():
    pairs = [pair for load in (load_emoji_names, load_ui_strings) for code in LANGUAGES for pair in load(code)]
    sources = [{normalize_english(pair.english) for pair in part} for part in split_pairs(pairs).parts]
    assert sum(map(len, sources)) == len(set().union(*sources))


@pytest.mark.data
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_parts_have_the_same_sizes_everywhere(code):
    assert [len(part) for part in split_pairs(load_emoji_names(code)).parts] == [1524, 201, 198]
