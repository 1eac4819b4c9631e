import pytest

from llmai_edu.apps.pronunciation import look_up, rhyme_part, rhymes, stresses, words_of
from llmai_edu.datasets.pronunciations import load_pronunciations

TINY = {
    "love": (("L", "AH1", "V"),),
    "state": (("S", "T", "EY1", "T"),),
    "rose": (("R", "OW1", "Z"),),
    "wish": (("W", "IH1", "SH"),),
    "the": (("DH", "AH0"),),
    "wind": (("W", "IH1", "N", "D"), ("W", "AY1", "N", "D")),
    "kind": (("K", "AY1", "N", "D"),),
    "dove": (("D", "AH1", "V"),),
}


def test_words_are_letters_with_apostrophes():
    assert words_of("O! let my love's 2 ’tis--well-known.") == ["o", "let", "my", "love's", "'tis", "well", "known"]


def test_an_ending_gets_its_sound():
    assert look_up("lov'd", TINY) == (("L", "AH1", "V", "D"),)
    assert look_up("state's", TINY)[0][-1] == "S"
    assert look_up("rose's", TINY)[0][-2:] == ("AH0", "Z")
    assert look_up("stat'd", TINY)[0][-2:] == ("AH0", "D")
    assert look_up("wish'd", TINY)[0][-1] == "T"
    assert look_up("love'st", TINY)[0][-2:] == ("S", "T")
    assert look_up("unheard", TINY) == look_up("x'd", TINY) == ()


def test_stress_and_rhyme_by_hand():
    assert stresses(("T", "EH1", "M", "P", "R", "AH0", "T")) == "10"
    assert rhyme_part(("M", "EH1", "M", "ER0", "IY0")) == ("EH", "M", "ER", "IY")
    assert rhyme_part(("AA1", "L", "T", "OW2")) == ("OW",)  # the last stressed vowel may have the secondary stress
    assert rhyme_part(("DH", "AH0")) == ("DH", "AH")


def test_one_pair_of_pronunciations_is_enough_and_equal_words_do_not_rhyme():
    assert rhymes("wind", "kind", TINY)
    assert rhymes("Love", "dove", TINY)
    assert not rhymes("love", "love", TINY)
    assert not rhymes("love", "unheard", TINY)
    assert not rhymes("unheard", "unseen", TINY)


@pytest.mark.data
def test_pairs_that_everybody_knows():
    dictionary = load_pronunciations()
    for a, b in (("day", "may"), ("date", "temperate"), ("shines", "declines"), ("pleasure", "treasure")):
        assert rhymes(a, b, dictionary) == ((a, b) != ("date", "temperate"))
    assert not rhymes("love", "prove", dictionary)
