"""The newest good checkpoint is found, damaged ones are passed over, and old ones go only when a new one is there."""

import pytest
import torch

from llmai_edu.training.checkpoint_folder import CheckpointFolder


def filled(place, *steps: int, keep: int = 3) -> CheckpointFolder:
    folder = CheckpointFolder(place, keep)
    for step in steps:
        folder.save({"weights": torch.full((50,), float(step)), "step": step}, step)
    return folder


def test_an_empty_or_missing_folder_has_none(tmp_path):
    assert CheckpointFolder(tmp_path).newest() is None
    assert CheckpointFolder(tmp_path / "not there").newest() is None


def test_the_last_ones_stay_and_the_newest_is_read(tmp_path):
    folder = filled(tmp_path, 5, 10, 100, 99999)
    assert folder.steps() == [10, 100, 99999]
    step, state = folder.newest()
    assert step == state["step"] == 99999
    assert state["weights"].tolist() == [99999.0] * 50


@pytest.mark.parametrize("left", [0, 7, 100, -1])
def test_a_damaged_one_is_passed_over(tmp_path, left):
    folder = filled(tmp_path, 1, 2)
    newest = folder.path(2)
    newest.write_bytes(newest.read_bytes()[:left])
    assert folder.newest()[0] == 1


def test_what_a_killed_process_left_is_removed(tmp_path):
    folder = filled(tmp_path, 1)
    (tmp_path / "step-00000002.safetensors.4711.part").write_bytes(b"half")
    assert folder.newest()[0] == 1
    folder.save({}, 3)
    assert not list(tmp_path.glob("*.part"))


def test_other_files_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    folder = filled(tmp_path, 1, 2, keep=1)
    assert folder.steps() == [2]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_none_to_keep_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 1"):
        CheckpointFolder(tmp_path, keep=0)
