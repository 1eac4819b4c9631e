"""Each recording that comes with the package can be read, and says where it was made."""

import math

import pytest

from llmai_edu.training.recordings import load_recording, recording_names


@pytest.mark.parametrize("name", recording_names())
def test_it_names_its_machine_and_holds_finite_losses(name):
    recording = load_recording(name)
    assert recording["machine"]["packages"]["torch"]
    runs = [run for part in recording.values() if isinstance(part, list) for run in part]
    assert runs
    figure = "loss" if "loss" in runs[0] else "test"  # nats of what was trained on, or bits per byte of the test text
    assert all(math.isfinite(run[figure]) for run in runs)
    assert "seed" in runs[0]


def test_an_unknown_one_is_refused_with_the_names_of_the_others():
    with pytest.raises(FileNotFoundError, match="scaling_runs"):
        load_recording("nothing")
