from collections import Counter

import pytest

from llmai_edu.datasets.sonnets import load_sonnets, read_sonnets


def test_poems_stand_below_their_numbers():
    assert read_sonnets("I\n\nOne\n  two\n\n  IV.\n\nI am three\n") == [["One", "two"], ["I am three"]]


@pytest.mark.data
def test_all_sonnets():
    poems = load_sonnets()
    assert Counter(map(len, poems)) == {14: 152, 15: 1, 12: 1}
    assert (len(poems[98]), len(poems[125])) == (15, 12)
    assert poems[17][0] == "Shall I compare thee to a summer's day?"
    assert poems[153][-1] == "Love's fire heats water, water cools not love."
