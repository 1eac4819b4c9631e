import difflib

import numpy as np

from llmai_edu.apps.licence_diff import (
    Change,
    changed_sentences,
    edit_share,
    meaning_distance,
    sentences,
    signal_changes,
    word_diff,
)

OLD = "You may copy it.\nYou may not\nsell it; notices stay. No warranty."


def test_line_ends_are_no_changes():
    assert changed_sentences(OLD, OLD.replace("\n", "  \n")) == []
    assert sentences(OLD)[1:3] == ["You may not sell it;", "notices stay."]


def test_a_changed_a_deleted_and_an_inserted_sentence():
    new = "You may copy it. You may sell it; notices stay. Be kind. No warranty."
    assert changed_sentences(OLD, new) == [
        Change("You may not sell it;", "You may sell it;"),
        Change("", "Be kind."),
    ]
    assert changed_sentences(OLD, OLD.replace("No warranty.", "")) == [Change("No warranty.", "")]


def test_the_word_diff_gives_both_sides_back():
    change = Change("the old words stay here", "the new words stay there now")
    marked = word_diff(change)
    assert marked == "the [-old-] {+new+} words stay [-here-] {+there now+}"


def test_edit_share_is_difflibs():
    change = Change("a b c d e", "a c b e f")
    assert edit_share(change) == 1 - difflib.SequenceMatcher(None, "abcde", "acbef").ratio()


def test_signals_count_differences_on_either_side():
    assert signal_changes(Change("may not, may not", "may")) == 3
    assert signal_changes(Change("a large red house", "a small house")) == 0


def test_the_distance_is_one_minus_the_cosine():
    vectors = {"x": [1.0, 0.0], "y": [0.6, 0.8]}
    changes = [Change("x", "y"), Change("", "y"), Change("y", "y")]
    got = meaning_distance(changes, lambda texts: np.array([vectors[text] for text in texts]))
    assert np.allclose(got, [0.4, 1.0, 0.0])
