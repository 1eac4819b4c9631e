import json
import math

import pytest

from llmai_edu.apps.code_recording import NAMES, load_code_recording


@pytest.mark.parametrize("name", NAMES)
def test_it_names_its_machine_and_seed_and_holds_finite_numbers(name):
    recording = load_code_recording(name)
    assert recording["machine"]["packages"]["torch"]
    assert recording["seed"] == 0
    json.dumps(recording, allow_nan=False)


def test_every_gap_and_every_bug_has_its_answers():
    recording = load_code_recording("code")
    tasks, answers = recording["tasks"], recording["answers"]
    assert {len(lines) for lines in answers["gaps"].values()} == {len(tasks["gaps"])}
    assert len(answers["docstrings"]) == len(tasks["docstrings"])
    for reviews in answers["reviews"].values():
        for one, review in zip(tasks["planted"], reviews, strict=True):
            assert one["line"] in review["lines"]
            for text in ("planted", "control"):
                for scores in review[text].values():
                    assert len(scores) == len(review["lines"])
                    assert all(math.isfinite(score) for score in scores)


def test_all_solutions_passed_and_no_empty_function():
    recording = load_code_recording("human_eval")
    assert set(recording["solutions"]["outcome"]) == {"finished"}
    assert "finished" not in recording["empty"]["outcome"]
    assert all(len(one["texts"]) == len(one["outcome"]) == 164 for one in recording["rounds"])


def test_an_unknown_one_is_refused():
    with pytest.raises(FileNotFoundError, match="code and human_eval"):
        load_code_recording("nothing")
