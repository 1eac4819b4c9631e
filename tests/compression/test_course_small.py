"""The healed model: the size of the recording, its teacher's tokens, and refused when it is not the recorded one."""

import pytest
import torch

from llmai_edu.compression import course_small
from llmai_edu.compression.course_small import load_course_small
from llmai_edu.compression.quantized_llama import stored_bytes
from llmai_edu.datasets import DataError
from llmai_edu.pretrained.course_base import load_course_base
from llmai_edu.training.recordings import load_recording


def test_it_is_the_model_of_the_recording():
    model, recording = load_course_small(), load_recording("heal_runs")
    assert len(model.layers) == 4 - len(recording["settings"]["dropped"])
    assert recording["parameters"] < stored_bytes(model) < 1.02 * recording["parameters"]


def test_it_reads_english_in_its_teachers_tokens():
    _, tokenizer = load_course_base()
    student = load_course_small()
    ids = torch.tensor([tokenizer.encode("The Congress of the United States has the power to make all laws.")])
    shuffled = ids[:, torch.randperm(ids.shape[1], generator=torch.Generator().manual_seed(0))]
    loss, other = (torch.nn.functional.cross_entropy(student(x)[0, :-1], x[0, 1:]) for x in (ids, shuffled))
    assert loss < other - 1


def test_another_file_is_refused(monkeypatch):
    monkeypatch.setattr(course_small, "SHA256", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_course_small()
