"""`llmai-edu pretrain` on a corpus of a few kilobytes: it learns, it goes on after an interruption, it refuses."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from llmai_edu.cli import main
from llmai_edu.training import pretrain as module
from llmai_edu.training.corpus import Document
from llmai_edu.training.pretrain import build_run, pretrain, source_bits, write_corpus
from llmai_edu.training.recipe import Recipe, load_recipe

SHAPE = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
RECIPE = Recipe(
    name="tiny",
    seed=0,
    vocab_size=300,
    repeat={"a": 2},
    model={**SHAPE, "num_key_value_heads": 1, "max_position_embeddings": 32},
    batch_size=4,
    context=16,
    steps=24,
    learning_rate=1e-2,
    weight_decay=0.1,
    warmup=0.1,
    decay=0.2,
    clip=1.0,
    evaluate_every=8,
    checkpoint_every=5,
)


@pytest.fixture
def small_corpus(monkeypatch):
    """Two sources instead of five, and a held-out text that shares nothing with them."""
    docs = [Document(s, str(n), f"The {s} of {n} says {n * n} and {n + 7}. " * 8) for s in "ab" for n in range(40)]
    monkeypatch.setattr(module, "prepare", lambda documents, held_out: (list(documents), []))
    monkeypatch.setattr(module, "collect", lambda: iter(docs))
    monkeypatch.setattr(module, "corpus_card", lambda steps: "a card")


def options():
    return {"device": "cpu", "autocast": None, "progress": False, "report": None}


def test_a_run_that_is_taken_up_ends_as_the_one_that_was_not_interrupted(small_corpus, tmp_path):
    whole = pretrain(RECIPE, tmp_path / "whole", **options())
    tokenizer = write_corpus(RECIPE, tmp_path / "parts", report=lambda line: None)
    first = build_run(RECIPE, tmp_path / "parts", tokenizer, **options())

    class Stop(Exception):
        pass

    def stop_after_twelve(model, batch, loss=first.loss):
        if first.history.steps == 12:
            raise Stop
        return loss(model, batch)

    first.loss = stop_after_twelve
    with pytest.raises(Stop):
        first.run(steps=RECIPE.steps)
    second = pretrain(RECIPE, tmp_path / "parts", **options())
    assert second.history.loss == whole.history.loss
    for a, b in zip(whole.model.parameters(), second.model.parameters()):
        assert torch.equal(a, b)


def test_it_learns_and_logs_each_source(small_corpus, tmp_path):
    run = pretrain(RECIPE, tmp_path, **options())
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["step"] for line in lines][:3] == [8, 16, 24]
    assert set(lines[-1]["bits_per_byte"]) == {"a", "b"}
    assert sum(lines[-1]["bits_per_byte"].values()) < 0.8 * sum(lines[0]["bits_per_byte"].values())
    assert lines[-1]["bits_per_byte"] == pytest.approx(source_bits(run.model, tmp_path, 16), abs=1e-4)


def test_bits_per_byte_of_a_model_that_knows_nothing_is_the_vocabularys(small_corpus, tmp_path):
    write_corpus(RECIPE, tmp_path, report=lambda line: None)

    class Uniform(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(()))

        def forward(self, ids):
            return torch.zeros(*ids.shape, 512)  # nine bits a token

    bytes_per_token = json.loads((tmp_path / "bytes_per_token.json").read_text(encoding="utf-8"))
    expected = {source: 9 / ratio for source, ratio in bytes_per_token.items()}
    assert source_bits(Uniform(), tmp_path, 16) == pytest.approx(expected)


def test_a_folder_of_another_recipe_is_refused_and_a_longer_run_is_not(small_corpus, tmp_path):
    pretrain(dataclasses.replace(RECIPE, steps=2), tmp_path, **options())
    with pytest.raises(ValueError, match="learning_rate"):
        pretrain(dataclasses.replace(RECIPE, learning_rate=1e-3), tmp_path, **options())
    assert pretrain(dataclasses.replace(RECIPE, steps=4), tmp_path, **options()).history.steps == 4


def test_the_command_says_in_one_line_what_is_wrong(capsys, tmp_path):
    assert main(["pretrain", "nothing", "--folder", str(tmp_path)]) == 1
    assert "no recipe nothing" in capsys.readouterr().err


def test_the_courses_recipe_builds_a_model_of_the_promised_size():
    recipe = load_recipe("course_base")
    with torch.device("meta"):
        model = module.Llama(recipe.llama())
    assert sum(p.numel() for p in model.parameters()) <= 18e6


def test_a_compiled_run_has_the_losses_of_the_plain_one(small_corpus, tmp_path, monkeypatch):
    """The fuser is taken out, which takes half a minute: what is tested is that the loss goes through it unchanged."""
    compiled = []

    def trace(function):
        compiled.append(function.__name__)
        return real(function, backend="eager")

    real = torch.compile
    monkeypatch.setattr(torch, "compile", trace)
    tokenizer = write_corpus(RECIPE, tmp_path, report=lambda line: None)
    plain, fused = (build_run(RECIPE, tmp_path, tokenizer, compile=way, **options()) for way in (False, True))
    assert compiled == ["window_loss"]
    assert fused.run(steps=3).loss == pytest.approx(plain.run(steps=3).loss, abs=1e-5)


def test_lesson_16_names_the_recorded_gain_of_bfloat16():
    root = Path(__file__).resolve().parents[2]
    rows = json.loads((root / "benchmarks" / "results" / "pretrain.json").read_text(encoding="utf-8"))["rows"]
    gain = rows["bfloat16"]["ours_tokens_per_s"] / rows["float32"]["ours_tokens_per_s"]
    page = (root / "notebooks" / "src" / "16_pretraining.py").read_text(encoding="utf-8")
    assert f"went {gain:.1f} times as fast (`benchmarks/results/pretrain.json`)" in page


def test_lesson_16_names_the_recorded_speed_on_a_gpu():
    root = Path(__file__).resolve().parents[2]
    rows = json.loads((root / "benchmarks" / "results" / "pretrain_gpu.json").read_text(encoding="utf-8"))["rows"]
    row = rows["bfloat16"]
    page = (root / "notebooks" / "src" / "16_pretraining.py").read_text(encoding="utf-8")
    assert f"trains {row['ours_compiled_tokens_per_s'] / 1e6:.1f} million tokens of this model a second" in page
    assert "a quarter of what the card's plain matrix product would allow" in page
    assert 0.22 < row["ours_compiled_utilization"] < 0.28
