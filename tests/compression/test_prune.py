"""Pruning: the right weights go, Wanda as its formula says, and a smaller model is the same where nothing is lost."""

import pytest
import torch
from torch.nn.utils import prune as torch_prune

from llmai_edu.compression.prune import (
    drop_layers,
    input_norms,
    keep_channels,
    prune_magnitude,
    prune_model,
    prune_wanda,
    pruned_layers,
    sparse_bytes,
)
from llmai_edu.models.llama import Llama, LlamaConfig

CONFIG = LlamaConfig(64, 32, 48, 3, 4, 2, 32)
IDS = torch.randint(64, (2, 9), generator=torch.Generator().manual_seed(2))


def llama() -> Llama:
    return Llama(CONFIG, generator=torch.Generator().manual_seed(0)).eval()


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 1.0])
def test_magnitude_is_torchs_own(sparsity):
    layer = torch.nn.Linear(20, 30)
    weight = layer.weight.detach().clone()
    torch_prune.l1_unstructured(layer, "weight", amount=sparsity)
    assert torch.equal(prune_magnitude(weight, sparsity), layer.weight.detach())


def test_wanda_is_its_formula_output_by_output():
    generator = torch.Generator().manual_seed(3)
    weight, norms = torch.randn(10, 4, generator=generator), torch.rand(10, generator=generator)
    got = prune_wanda(weight, norms, 0.3)
    for column in range(4):
        score = (weight[:, column].abs() * norms).tolist()
        gone = sorted(range(10), key=score.__getitem__)[:3]
        want = weight[:, column].clone()
        want[gone] = 0
        assert torch.equal(got[:, column], want)


def test_norms_are_those_of_the_inputs():
    model = llama()
    norms = input_norms(model, IDS)
    assert norms.keys() == {name for name, _ in pruned_layers(model)}
    x = model.layers[0].input_layernorm(model.embed(IDS))
    torch.testing.assert_close(norms["layers.0.self_attn.q_proj"], x.flatten(0, 1).norm(dim=0))
    assert not model.layers[0].mlp.down_proj._forward_pre_hooks


@pytest.mark.parametrize("wanda", [True, False])
def test_a_model_is_pruned_but_for_its_head(wanda):
    model = llama()
    head = model.lm_head.weight.clone()
    prune_model(model, 0.5, input_norms(model, IDS) if wanda else None)
    assert torch.equal(model.lm_head.weight, head)
    for _, layer in pruned_layers(model):
        assert (layer.weight == 0).float().mean().item() == pytest.approx(0.5, abs=1e-3)


def test_bytes_of_a_matrix_with_holes():
    weight = prune_magnitude(torch.randn(16, 10, generator=torch.Generator().manual_seed(1)), 0.75)
    assert sparse_bytes(weight, 2) == 40 * 2 + 20


def test_a_layer_that_does_nothing_can_be_dropped():
    model = llama()
    with torch.no_grad():
        model.layers[1].self_attn.o_proj.weight.zero_()
        model.layers[1].mlp.down_proj.weight.zero_()
    small = drop_layers(model, [1])
    torch.testing.assert_close(small(IDS), model(IDS))
    cache = small.new_cache(2, 16)
    torch.testing.assert_close(torch.cat([small(IDS[:, :4], cache), small(IDS[:, 4:], cache)], 1), small(IDS))


def test_channels_that_do_nothing_are_the_ones_that_go():
    model = llama()
    with torch.no_grad():
        for layer in model.layers:
            layer.mlp.down_proj.weight[::2] = 0
    small = keep_channels(model, 0.5, input_norms(model, IDS))
    assert small.config.intermediate_size == 24
    torch.testing.assert_close(small(IDS), model(IDS))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: prune_magnitude(torch.zeros(2, 2), 1.5), "from 0 to 1"),
        (lambda: prune_wanda(torch.zeros(2, 2), torch.zeros(3), 0.5), "as many norms"),
        (lambda: drop_layers(llama(), [3]), "cannot drop layers"),
        (lambda: drop_layers(llama(), [0, 1, 2]), "cannot drop layers"),
        (lambda: keep_channels(llama(), 0.001, {}), "leaves none"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
