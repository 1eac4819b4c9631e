"""The recorded character model: whole, as good as its record says, and refused when it is not the recorded one."""

import json
from importlib.resources import files

import pytest
import torch

from llmai_edu.datasets import DataError
from llmai_edu.datasets.char_shakespeare import char_shakespeare
from llmai_edu.pretrained import char_gpt
from llmai_edu.pretrained.char_gpt import load_char_gpt
from llmai_edu.training.windows import window_loss


@pytest.mark.data
def test_is_as_good_as_its_record_says(device):
    model, tokenizer = load_char_gpt(device)
    text = char_shakespeare().valid[: 64 * 600 + 1]
    ids = torch.tensor(tokenizer.encode(text), device=device)
    with torch.no_grad():
        loss = window_loss(model, (ids[:-1].view(-1, 64), ids[1:].view(-1, 64)))
    record = json.loads((files("llmai_edu.evaluation") / "char_gpt.json").read_text())
    run = next(r for r in record["compare"] if (r["model"], r["seed"]) == ("ours", 0))
    last = run["valid_curve"][-1]  # on the first 40,000 characters
    assert abs(float(loss) - last[1]) < 0.01


def test_refuses_another_file(monkeypatch):
    monkeypatch.setitem(char_gpt.SHA256, "char_gpt/model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        load_char_gpt()
    monkeypatch.setitem(char_gpt.SHA256, "char_gpt/none.json", "0" * 64)
    with pytest.raises(DataError):
        load_char_gpt()
