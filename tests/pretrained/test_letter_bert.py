"""The recorded letter BERT: whole, as good as its record says, and refused when it is not the recorded one."""

import pytest
import torch

from llmai_edu.datasets import DataError
from llmai_edu.evaluation import ladder_text
from llmai_edu.pretrained import letter_bert
from llmai_edu.pretrained.letter_bert import load_letter_bert, load_letter_runs
from llmai_edu.training.letters import GAP, TASKS, letter_gaps, letter_ids, name_gaps


@pytest.mark.data
def test_is_as_good_as_its_record_says(device):
    windows = letter_gaps(letter_ids(ladder_text().valid_docs)).to(device)
    right = name_gaps(load_letter_bert(device), "both sides", windows).argmax(1) == windows[:, GAP]
    recorded = torch.tensor([mark == "1" for mark in load_letter_runs()[0]["right"]])
    assert (right.cpu() == recorded).float().mean() > 0.99


def test_every_run_is_whole():
    runs = load_letter_runs()
    assert [(run["task"], run["seed"]) for run in runs] == [(task, seed) for task in TASKS for seed in range(3)]
    for run in runs:
        assert len(run["right"]) == 1000
        assert len(run["losses"]) * 50 == run["curve"][-1][0] == run["steps"]
        assert run["curve"][-1][1] == pytest.approx(run["right"].count("1") / 1000)


def test_refuses_another_file(monkeypatch):
    monkeypatch.setitem(letter_bert.SHA256, "letter_bert/model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_letter_bert()
