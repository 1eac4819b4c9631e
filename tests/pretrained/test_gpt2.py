"""Our GPT and transformers' GPT-2 exchange their folders, in both directions."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.pretrained.gpt2 import load_gpt2, save_gpt2

SIZES = {"vocab_size": 97, "n_positions": 32, "n_embd": 24, "n_layer": 2, "n_head": 4}
IDS = torch.randint(97, (2, 20), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def theirs():
    torch.manual_seed(0)
    about = transformers.GPT2Config(**SIZES, initializer_range=0.2, bos_token_id=None, eos_token_id=None)
    return transformers.GPT2LMHeadModel(about).eval()


def test_reads_what_transformers_wrote(theirs, tmp_path, device):
    theirs.save_pretrained(tmp_path)
    ours = load_gpt2(tmp_path, device)
    assert not ours.training
    with torch.no_grad():
        torch.testing.assert_close(ours(IDS.to(device)).cpu(), theirs(IDS).logits, rtol=1e-5, atol=1e-5)


def test_reads_shards(theirs, tmp_path):
    theirs.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    with torch.no_grad():
        torch.testing.assert_close(load_gpt2(tmp_path)(IDS), theirs(IDS).logits, rtol=1e-5, atol=1e-5)


def test_reads_the_layout_of_the_first_files(theirs, tmp_path):
    """The hub's `gpt2` has no prefix, and stores the causal masks."""
    theirs.save_pretrained(tmp_path)
    old = {name.removeprefix("transformer."): w for name, w in load_file(tmp_path / "model.safetensors").items()}
    old["h.0.attn.bias"] = torch.ones(1, 1, 32, 32)
    save_file(old, tmp_path / "model.safetensors")
    with torch.no_grad():
        torch.testing.assert_close(load_gpt2(tmp_path)(IDS), theirs(IDS).logits, rtol=1e-5, atol=1e-5)


def test_transformers_reads_what_we_wrote(tmp_path):
    ours = GPT(GPTConfig(**SIZES), generator=torch.Generator().manual_seed(0)).eval()
    save_gpt2(ours, tmp_path)
    theirs, report = transformers.GPT2LMHeadModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    with torch.no_grad():
        torch.testing.assert_close(ours(IDS), theirs.eval()(IDS).logits, rtol=1e-5, atol=1e-5)
    again = load_gpt2(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), again.parameters()))
    assert again.config == ours.config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "llama"}, "has model_type 'llama'"),
        ({"activation_function": "relu"}, "has activation_function 'relu'"),
        ({"n_inner": 7}, "has n_inner 7"),
        ({"n_layer": 3}, "lacks 12 of the model's tensors"),
    ],
)
def test_refuses_another_model(theirs, tmp_path, change, message):
    theirs.save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=message):
        load_gpt2(tmp_path)
