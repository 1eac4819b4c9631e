"""LoRA begins as nothing, trains the thin matrices alone, and merged is the same model."""

import copy

import pytest
import torch
from torch import nn

from llmai_edu.finetuning.lora import LoRALinear, add_lora, lora_layers, merge_lora, trainable_share
from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.models.linear import Linear
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.training.windows import window_loss

CONFIG = LlamaConfig(64, 32, 48, 2, 4, 2, 32)


def llama(seed: int = 0) -> Llama:
    return Llama(CONFIG, generator=torch.Generator().manual_seed(seed)).eval()


def tuned(model: nn.Module, *targets: str) -> nn.Module:
    """With thin matrices that do something."""
    generator = torch.Generator().manual_seed(1)
    add_lora(model, targets, rank=3, alpha=6, generator=generator)
    for _, layer in lora_layers(model):
        layer.lora_B.data.normal_(std=0.1, generator=generator)
    return model


IDS = torch.randint(64, (2, 9), generator=torch.Generator().manual_seed(2))


def test_at_first_nothing_changes_and_only_the_thin_matrices_are_trained():
    plain, model = llama(), add_lora(llama(), rank=2)
    assert torch.equal(plain(IDS), model(IDS))
    window_loss(model, (IDS[:, :-1], IDS[:, 1:])).backward()
    trained = {name for name, p in model.named_parameters() if p.grad is not None}
    assert trained == {name for name, _ in model.named_parameters() if "lora_" in name}
    assert len(trained) == 2 * 2 * 2


@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ("k_proj", "o_proj", "gate_proj", "up_proj", "down_proj")])
def test_merged_equals_unmerged(targets):
    model = tuned(llama(), *targets)
    before = model(IDS)
    assert (before - llama()(IDS)).abs().max() > 1e-3
    merged = merge_lora(copy.deepcopy(model))
    torch.testing.assert_close(merged(IDS), before, atol=1e-5, rtol=0)
    assert not any(lora_layers(merged))
    assert merged.state_dict().keys() == llama().state_dict().keys()


@pytest.mark.parametrize("base", [Linear(6, 4), nn.Linear(6, 4)])
def test_the_product_is_that_of_the_formula(base):
    with torch.no_grad():
        base.weight.normal_()
    layer = LoRALinear(base, rank=2, alpha=5)
    layer.lora_B.data.normal_()
    x = torch.randn(3, 6)
    want = base(x) + 2.5 * torch.stack([layer.lora_B @ (layer.lora_A @ row) for row in x])
    torch.testing.assert_close(layer(x), want)
    assert layer.change().shape == base.weight.shape


def test_a_tied_head_stays_tied_and_a_gpt_can_be_tuned_too():
    model = tuned(GPT(GPTConfig(vocab_size=20, n_positions=8, n_embd=8, n_layer=1, n_head=2)), "c_proj")
    ids = IDS[:, :8] % 20
    before = model(ids)
    torch.testing.assert_close(merge_lora(model)(ids), before, atol=1e-5, rtol=0)


def test_less_than_one_per_cent_of_a_model_of_smollm2s_shape():
    with torch.device("meta"):
        model = Llama(LlamaConfig(49_152, 576, 1536, 30, 9, 3, 2048))
        assert trainable_share(add_lora(model, rank=8)) < 0.01


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: LoRALinear(Linear(6, 4), rank=5, alpha=1), "1 to 4"),
        (lambda: add_lora(llama(), ["wq"]), "no matrix is called wq; the model has down_proj"),
        (lambda: add_lora(add_lora(llama())), "already"),
        (lambda: merge_lora(llama()), "no LoRA layers"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
