"""Adapters go through a file unchanged, and `peft` reads ours with the same logits."""

import json

import pytest
import torch

from llmai_edu.finetuning.adapter_file import load_adapter, save_adapter
from llmai_edu.finetuning.lora import add_lora, lora_layers
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.pretrained.llama_hub import save_llama

IDS = torch.randint(64, (2, 9), generator=torch.Generator().manual_seed(2))


def llama(layers: int = 2, channels: int = 32) -> Llama:
    config = LlamaConfig(64, channels, 48, layers, 4, 2, 32)
    return Llama(config, generator=torch.Generator().manual_seed(0)).eval()


def tuned(*targets: str) -> Llama:
    """With thin matrices that do something."""
    model = add_lora(llama(), targets, rank=3, alpha=6, generator=torch.Generator().manual_seed(1))
    for _, layer in lora_layers(model):
        layer.lora_B.data.normal_(std=0.1, generator=torch.Generator().manual_seed(3))
    return model


def test_an_adapter_comes_back_unchanged(tmp_path):
    model = tuned("q_proj", "down_proj")
    again = load_adapter(llama(), save_adapter(model, tmp_path / "adapter"))
    assert torch.equal(model(IDS), again(IDS))
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")  # peft asks transformers for it
def test_peft_opens_it_and_gives_the_same_logits_and_we_open_pefts(tmp_path):
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import LlamaForCausalLM

    model = tuned("q_proj", "v_proj", "up_proj")
    save_llama(llama(), tmp_path / "base", torch.float32)
    save_adapter(model, tmp_path / "adapter", base=str(tmp_path / "base"))
    theirs = LlamaForCausalLM.from_pretrained(tmp_path / "base", dtype=torch.float32)
    with_ours = PeftModel.from_pretrained(theirs, tmp_path / "adapter").eval()
    torch.testing.assert_close(with_ours(IDS).logits, model(IDS), atol=1e-5, rtol=0)

    plain = LlamaForCausalLM.from_pretrained(tmp_path / "base", dtype=torch.float32)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["k_proj", "o_proj"], init_lora_weights=False)
    other = get_peft_model(plain, config).eval()
    other.save_pretrained(tmp_path / "theirs")
    torch.testing.assert_close(load_adapter(llama(), tmp_path / "theirs")(IDS), other(IDS).logits, atol=1e-5, rtol=0)


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")
def test_an_adapter_of_some_blocks_comes_back_and_opens_in_peft(tmp_path):
    from peft import PeftModel
    from transformers import LlamaForCausalLM

    model = llama(layers=3).requires_grad_(False)
    add_lora(model.layers[1:], ["q_proj", "v_proj"], rank=2, generator=torch.Generator().manual_seed(1))
    for _, layer in lora_layers(model):
        layer.lora_B.data.normal_(std=0.1, generator=torch.Generator().manual_seed(3))
    save_llama(llama(layers=3), tmp_path / "base", torch.float32)
    save_adapter(model, tmp_path / "adapter", base=str(tmp_path / "base"))
    settings = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert settings["layers_to_transform"] == [1, 2]
    assert torch.equal(load_adapter(llama(layers=3), tmp_path / "adapter")(IDS), model(IDS))
    theirs = LlamaForCausalLM.from_pretrained(tmp_path / "base", dtype=torch.float32)
    opened = PeftModel.from_pretrained(theirs, tmp_path / "adapter").eval()
    assert not any("layers.0." in name and "lora_" in name for name, _ in opened.named_parameters())
    torch.testing.assert_close(opened(IDS).logits, model(IDS), atol=1e-5, rtol=0)


def test_blocks_that_differ_in_their_targets_are_refused(tmp_path):
    model = llama().requires_grad_(False)
    add_lora(model.layers[:1], ["q_proj"], rank=2)
    add_lora(model.layers[1:], ["v_proj"], rank=2)
    with pytest.raises(ValueError, match="every tuned block"):
        save_adapter(model, tmp_path)


def test_what_is_no_adapter_for_this_model_is_refused_and_the_model_is_as_it_was(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"adapter_config\.json"):
        load_adapter(llama(), tmp_path)
    with pytest.raises(ValueError, match="of one kind"):
        save_adapter(llama(), tmp_path / "nothing")
    folder = save_adapter(tuned("q_proj"), tmp_path / "adapter")
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | {"use_dora": True}))
    with pytest.raises(ValueError, match="use_dora=True"):
        load_adapter(llama(), folder)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    small = llama(layers=1, channels=16)
    with pytest.raises(ValueError, match="another model"):
        load_adapter(small, folder)
    assert not any(lora_layers(small))
    (folder / "adapter_model.safetensors").write_bytes(b"broken")
    with pytest.raises(ValueError, match="damaged"):
        load_adapter(llama(), folder)
