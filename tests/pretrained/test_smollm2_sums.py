"""The adapter for sums: opened by our loader and by peft's names, and better than SmolLM2 alone on held-out sums."""

import json

import pytest
import torch
from safetensors.torch import load_file

from llmai_edu.datasets import DataError
from llmai_edu.finetuning.adapter_file import load_adapter
from llmai_edu.finetuning.lora import lora_layers
from llmai_edu.generation.batch import generate_batch
from llmai_edu.pretrained import load_smollm2, smollm2_sums
from llmai_edu.pretrained.smollm2_sums import smollm2_sums_folder
from llmai_edu.tokenizers import smollm2_tokenizer
from llmai_edu.training.recordings import load_recording


def test_refuses_another_file(monkeypatch):
    monkeypatch.setitem(smollm2_sums.SHA256, "smollm2_sums/adapter_model.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        smollm2_sums_folder()


def test_it_is_the_adapter_of_the_record():
    config = json.loads((smollm2_sums_folder() / "adapter_config.json").read_text(encoding="utf-8"))
    settings = load_recording("preference_runs")["settings"]
    assert (config["r"], config["lora_alpha"]) == (settings["rank"], settings["alpha"])
    tensors = load_file(smollm2_sums_folder() / "adapter_model.safetensors")
    assert len(tensors) == 30 * len(config["target_modules"]) * 2


@pytest.mark.data
def test_it_answers_as_recorded():
    (run,) = [run for run in load_recording("preference_runs")["grpo"] if run["worth"] == "right"]
    model, tokenizer = load_adapter(load_smollm2(), smollm2_sums_folder()).eval(), smollm2_tokenizer()
    assert len(list(lora_layers(model))) == 210
    asked = run["asked"][:8]
    prompts = [f"What is {question}? Answer with a number only." for question in asked]
    ids = [tokenizer.chat_ids([{"role": "user", "content": prompt}]) for prompt in prompts]
    with torch.inference_mode():
        answers = [tokenizer.decode(one) for one in generate_batch(model, ids, 16, stop_ids=[tokenizer.eos_id])]
    same = sum(ours == theirs for ours, theirs in zip(answers, run["after"]["answers"]))
    assert same >= 6  # the record is a GPU's, in TF32, and its thin matrices were in float32
