import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.datasets.hash_split import split_by_key, unit_hash


def test_the_fingerprint_by_hand():
    digest = hashlib.sha256(b"cat").hexdigest()
    assert unit_hash("cat") == int(digest[:12], 16) / 16**12


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers())))
def test_parts_share_no_key_and_lose_nothing(examples):
    parts = split_by_key(examples, key=lambda example: example[0], shares=(0.4, 0.3, 0.3)).parts
    assert sorted(sum(parts, ())) == sorted(examples)
    keys = [{key for key, _ in part} for part in parts]
    assert sum(map(len, keys)) == len(set().union(*keys))


def test_order_and_company_do_not_matter():
    few = [str(i) for i in range(100)]
    many = [str(i) for i in reversed(range(5000))]
    small, large = (split_by_key(names, key=str) for names in (few, many))
    for part, whole in zip(small.parts, large.parts):
        assert set(part) == set(whole) & set(few)
        assert list(part) == [name for name in few if name in set(part)]


def test_shares_are_met():
    split = split_by_key([str(i) for i in range(10_000)], key=str, shares=(0.7, 0.2, 0.1))
    assert [len(part) / 10_000 for part in split.parts] == pytest.approx([0.7, 0.2, 0.1], abs=0.015)
    assert split_by_key("abc", key=str, shares=(0, 0, 1)).test == ("a", "b", "c")


@pytest.mark.parametrize("shares", [(0.8, 0.2), (0.8, 0.1, 0.2), (1.2, -0.1, -0.1)])
def test_wrong_shares_are_refused(shares):
    with pytest.raises(ValueError, match="sum to 1"):
        split_by_key("abc", key=str, shares=shares)
