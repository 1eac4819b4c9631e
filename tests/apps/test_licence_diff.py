import difflib
import itertools

import numpy as np

from llmai_edu.apps.licence_diff import (
    Change,
    changed_sentences,
    edit_share,
    like_pairs,
    meaning_distance,
    sentences,
    signal_changes,
    told_changes,
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
    long = Change("a b c d e f g h x", "a b c d e f g h y")
    assert word_diff(long, context=2) == "a b … g h [-x-] {+y+}"
    assert word_diff(long, context=4) == word_diff(long)


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


def test_sentences_are_paired_with_what_is_like_them():
    old = "MIT License. Copyright Ada. You may sell copies of it."
    new = "Copyright Wei. You may not sell copies of it."
    assert changed_sentences(old, new) == [
        Change("MIT License.", ""),
        Change("Copyright Ada.", "Copyright Wei."),
        Change("You may sell copies of it.", "You may not sell copies of it."),
    ]


def test_pairs_do_not_cross_and_are_the_best_of_all():
    rng = np.random.default_rng(0)
    for _ in range(20):
        ours, theirs = ([" ".join(rng.choice(list("abcdef"), 4)) for _ in range(n)] for n in (4, 3))
        bags = [[set(one.split()) for one in side] for side in (ours, theirs)]

        def worth(pairs, bags=bags):
            values = [2 * len(bags[0][i] & bags[1][j]) / (len(bags[0][i]) + len(bags[1][j])) for i, j in pairs]
            return sum(values) if all(value >= 0.3 for value in values) else -1

        ways = [
            list(zip(a, b))
            for n in range(4)
            for a in itertools.combinations(range(4), n)
            for b in itertools.combinations(range(3), n)
        ]
        got = like_pairs(ours, theirs)
        assert got == sorted(got)
        assert np.isclose(worth(got), max(map(worth, ways)))


def test_only_the_first_changes_are_told():
    assert told_changes([]) == ""
    told = told_changes([Change(str(i), "") for i in range(7)])
    assert told.count("*") == 5
    assert told.endswith("and 2 more")
