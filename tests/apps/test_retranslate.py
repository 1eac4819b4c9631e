import pytest

from llmai_edu.apps.retranslate import beginnings, erased, normalized_erasure


def test_beginnings_grow_by_a_word():
    assert beginnings("a  b c") == ["a", "a b", "a b c"]
    assert beginnings("") == []


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [("", "abc", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("abc", "xbc", 3), ("ab", "", 2)],
)
def test_erased_counts_from_the_first_difference(before, after, count):
    assert erased(before, after) == count


def test_erasure_by_hand():
    assert normalized_erasure(["a", "ab", "abc"]) == 0
    assert normalized_erasure(["ab", "xyz", "xy", "xyuv"]) == (2 + 1 + 0) / 4
    with pytest.raises(ValueError, match="empty"):
        normalized_erasure(["a", ""])
