"""Each recording that comes with the package can be read, and says where it was made."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from llmai_edu.training.recordings import load_recording, recording_names


def numbers(value: Any) -> Iterator[float]:
    """All numbers of a recording, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, int | float):
        yield value


@pytest.mark.parametrize("name", recording_names())
def test_it_names_its_machine_and_seeds_and_holds_finite_numbers(name):
    recording = load_recording(name)
    assert recording["machine"]["packages"]["torch"]
    assert '"seed' in str(recording).replace("'", '"')
    found = list(numbers({key: part for key, part in recording.items() if key != "machine"}))
    assert len(found) > 50
    assert all(math.isfinite(one) for one in found)


def test_an_unknown_one_is_refused_with_the_names_of_the_others():
    with pytest.raises(FileNotFoundError, match="scaling_runs"):
        load_recording("nothing")
