"""The distilled model: the shape of the recording, better than chance, and refused when it is not the recorded one."""

import pytest
import torch

from llmai_edu.datasets import DataError
from llmai_edu.pretrained import course_small
from llmai_edu.pretrained.course_base import load_course_base
from llmai_edu.pretrained.course_small import CONFIG, load_course_small
from llmai_edu.training.recordings import load_recording


def test_it_is_the_model_of_the_recording():
    model, recording = load_course_small(), load_recording("distill_runs")
    assert sum(p.numel() for p in model.parameters()) == recording["parameters"]
    assert {name: getattr(CONFIG, name) for name in recording["settings"]["shape"]} == recording["settings"]["shape"]
    kept = recording["kept"]
    assert any(run["way"] == kept["way"] and run["seed"] == kept["seed"] for run in recording["runs"])


def test_it_reads_english_in_its_teachers_tokens():
    teacher, tokenizer = load_course_base()
    student = load_course_small()
    assert student.config.vocab_size == teacher.config.vocab_size
    ids = torch.tensor([tokenizer.encode("The Congress of the United States has the power to make all laws.")])
    loss = torch.nn.functional.cross_entropy(student(ids)[0, :-1], ids[0, 1:])
    shuffled = ids[:, torch.randperm(ids.shape[1], generator=torch.Generator().manual_seed(0))]
    assert loss < torch.nn.functional.cross_entropy(student(shuffled)[0, :-1], shuffled[0, 1:]) - 1


def test_another_file_is_refused(monkeypatch):
    monkeypatch.setattr(course_small, "SHA256", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_course_small()
