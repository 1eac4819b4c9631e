from llmai_edu.apps.licence_edits import KINDS
from llmai_edu.apps.licence_questions import licence_questions, passages

TEXTS = {
    "A": "Alpha\n\nEverybody may copy this text and pass it on as often as they like to.\n\nThat is all.",
    "B": "Beta\n\nEverybody may copy this text and pass it on as often as they like to.\n\nNever sell it.",
}


def test_one_copy_for_each_kind_and_shared_excerpts_have_two_answers():
    asked = licence_questions(TEXTS, "test")
    assert [one.source for one in asked] == [*KINDS, *KINDS]
    excerpts = [one for one in asked if one.source == "excerpt"]
    assert all(one.answers == {"A", "B"} for one in excerpts)
    assert asked[0].answers == {"A"}
    assert licence_questions(TEXTS, "test") == asked != licence_questions(TEXTS, "valid")


def test_passages_are_spread_from_the_first_to_the_last():
    text = " ".join(f"Sentence number {n}." for n in range(200))
    some, whole = passages(text, 3), passages(text)
    assert len(some) == 3 < len(whole)
    assert (some[0], some[-1]) == (whole[0], whole[-1])
