import pytest

from llmai_edu.apps.translation_corpus import LONGEST, Example, load_examples, one_each
from llmai_edu.datasets import load_emoji_names, normalize_english, split_pairs


@pytest.mark.data
def test_no_test_source_was_trained_on_and_lesson_09s_test_is_among_the_tests():
    split = load_examples()
    trained = {normalize_english(example.english) for example in split.train}
    for part in (split.valid, split.test):
        assert not trained & {normalize_english(example.english) for example in part}
    for language in ("fr", "zh"):
        theirs = [(pair.english.lower(), pair.foreign) for pair in split_pairs(load_emoji_names(language)).test]
        ours = [(e.english, e.foreign) for e in split.test if (e.language, e.kind) == (language, "emoji")]
        assert ours == theirs
    assert max(len(example.english.split()) for part in split.parts for example in part) == LONGEST


def test_one_of_each():
    rows = [
        Example("a", str(i), language, kind)
        for i, (language, kind) in enumerate([("fr", "home")] * 2 + [("zh", "home"), ("fr", "emoji")])
    ]
    assert [one.foreign for one in one_each(rows, "fr", "home")] == ["0"]
    assert [one.foreign for one in one_each(rows, "zh", "home")] == ["2"]
