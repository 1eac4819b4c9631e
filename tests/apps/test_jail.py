import json
import math

import pytest

from llmai_edu.apps.jail import pack, unpack


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -2.5, "ä", [], [1, [2, (3,)]], (), (1, (2,)), {1, 2}, frozenset({3}), {}, {"a": {(1, 2): [3]}}, 2j],
)
def test_values_come_back_with_their_types(value):
    found = unpack(json.loads(json.dumps(pack(value))))
    assert found == value
    assert type(found) is type(value)


def test_numbers_that_are_none_come_back():
    found = unpack(json.loads(json.dumps(pack([math.inf, -math.inf, math.nan]))))
    assert found[:2] == [math.inf, -math.inf]
    assert math.isnan(found[2])


class Sly(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("value", [Sly(1), [Sly(1)], {Sly(1): 2}, object(), print, b"x", range(3)])
def test_other_types_stay_inside(value):
    with pytest.raises(TypeError, match="does not leave the sandbox"):
        pack(value)


@pytest.mark.parametrize("message", [{"list": []}, {"type": []}])
def test_an_unknown_kind_is_refused(message):
    with pytest.raises(ValueError, match="unknown kind"):
        unpack(message)


def test_members_are_counted_all_together():
    value = [{1, 2}, {3: frozenset({4})}, (5, 6, 7)]
    assert unpack(pack(value), 4) == value
    with pytest.raises(ValueError, match="more than 3 members"):
        unpack(pack(value), 3)
