"""The recorded LSTM: what its file holds, that it is the rung of the ladder, and that another file is refused."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from llmai_edu.datasets import DataError, load_speeches
from llmai_edu.evaluation import load_ladder
from llmai_edu.evaluation.language_model import score_documents
from llmai_edu.pretrained import course_lstm, packaged
from llmai_edu.pretrained.course_lstm import load_course_lstm

RECORD = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "neural_lstm.json"


def test_the_file_is_the_one_whose_training_was_recorded():
    weights = json.loads(RECORD.read_text(encoding="utf-8"))["weights"]
    assert weights["sha256"] == course_lstm.SHA256[course_lstm.WEIGHTS]
    assert weights["bytes"] < 10_000_000


def test_the_model_is_ready_to_use(device):
    model, tokenizer = load_course_lstm(device)
    assert not model.training
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert model.embed.num_embeddings == tokenizer.vocab_size == 4096
    assert tokenizer.decode(tokenizer.encode("Fellow citizens: né")) == "Fellow citizens: né"
    logits, _ = model(torch.tensor([tokenizer.encode("the United")], device=device))
    assert tokenizer.id_to_bytes(int(logits[0, -1].argmax())) == b" States"


@pytest.mark.data
def test_it_is_the_rung_of_the_ladder():
    model, tokenizer = load_course_lstm()
    (rung,) = [rung for rung in load_ladder() if rung.name == "LSTM"]
    assert sum(p.numel() for p in model.parameters()) == rung.size
    fresh = [speech.text for speech in load_speeches() if speech.year == 2026]
    start = tokenizer.special_tokens["<|endoftext|>"]
    score = score_documents(model, tokenizer, fresh, start=start)
    assert score.bits_per_byte == pytest.approx(rung.fresh, abs=0.002)  # half precision costs that much at most


@pytest.mark.parametrize("damage", ["missing", "other"])
@pytest.mark.parametrize("name", [course_lstm.WEIGHTS, course_lstm.TOKENIZER])
def test_another_file_is_refused_in_one_line(monkeypatch, tmp_path, name, damage):
    for known in course_lstm.SHA256:
        (tmp_path / known).write_bytes((files("llmai_edu.pretrained") / known).read_bytes())
    (tmp_path / name).unlink()
    if damage == "other":
        (tmp_path / name).write_bytes(save({"state.embed.weight": torch.zeros(2, 2)}))
    monkeypatch.setattr(packaged, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=f"{name} .*install the package again") as refused:
        load_course_lstm()
    assert "\n" not in str(refused.value)
    assert ("missing" in str(refused.value)) == (damage == "missing")
