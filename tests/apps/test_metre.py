import pytest

from llmai_edu.apps.metre import SCHEME, fits, next_places, rhymed_share, scans, scheme_pairs
from llmai_edu.datasets.pronunciations import load_pronunciations

ONE, IAMB, TROCHEE = (("AH1",),), (("AH0", "AH1"),), (("AH1", "AH0"),)
TINY = {"da": ONE, "begin": IAMB, "ending": TROCHEE, "fire": (("AY1",), ("AY1", "ER0"))}


def test_the_rule_by_hand():
    assert fits("01", 4)
    assert not fits("10", 4)
    assert fits("10", 0)  # the first foot may be turned round
    assert fits("100", 3)
    assert fits("2010", 1)  # the 1 stands on place 3


def test_lines_by_hand():
    assert scans("begin begin begin begin begin", TINY)
    assert scans("ending begin begin begin begin", TINY)
    assert not scans("begin ending begin begin begin", TINY)
    assert not scans("da da da da da da da da da", TINY)
    assert scans("da " * 10, TINY)
    assert scans("da " * 9 + "ending", TINY)  # eleven, the last without stress
    assert not scans("da " * 11, TINY)
    assert scans("fire " + "da " * 9, TINY)
    assert scans("fire " + "da " * 8, TINY)
    assert not scans("unheard " + "da " * 9, TINY)
    assert not scans("", TINY)


def test_places_keep_all_ways():
    assert next_places({0, 1}, {"1", "01"}) == {1, 2}  # from 1, the pattern 01 would stress place 2
    assert next_places({9}, {"01"}) == set()


def test_the_pairs_of_a_sonnet():
    assert len(scheme_pairs(SCHEME)) == 7
    assert scheme_pairs("AAA") == [(0, 1), (1, 2)]
    assert rhymed_share([], "AA", TINY) == 0


@pytest.mark.data
@pytest.mark.parametrize(
    "line",
    [
        "Shall I compare thee to a summer's day?",
        "Rough winds do shake the darling buds of May,",
        "To be, or not to be, that is the question:",
        "Full many a glorious morning have I seen",
    ],
)
def test_famous_lines(line):
    # "many a" is said as two syllables, which the dictionary does not know
    assert scans(line, load_pronunciations()) == ("many a" not in line)
