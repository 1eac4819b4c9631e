"""Our Qwen3 against transformers' with the same random weights."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.qwen3 import Qwen3, Qwen3Config

SIZES = {
    "vocab_size": 97,
    "hidden_size": 40,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,  # 40 is no multiple of 6
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "head_dim": 16,
}
IDS = torch.randint(97, (3, 20), generator=torch.Generator().manual_seed(1))
LEFT = torch.tensor([[0] * (20 - n) + [1] * n for n in (20, 7, 1)])
POSITIONS = (LEFT.cumsum(1) - 1).clamp(min=0)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("head_dim", [4, 16])
def test_logits_equal_transformers(tied, head_dim, llama_twins, device):
    sizes = SIZES | {"head_dim": head_dim}
    theirs, ours = (model.to(device) for model in llama_twins("Qwen3", sizes, tied=tied))
    with torch.no_grad():
        expected = theirs(IDS.to(device)).logits
        assert expected.std() > 0.5  # or the comparison would say little
        torch.testing.assert_close(ours(IDS.to(device)), expected, rtol=1e-5, atol=1e-5)


def test_logits_equal_transformers_with_padding(llama_twins, device):
    theirs, ours = (model.to(device) for model in llama_twins("Qwen3", SIZES))
    ids, mask, real = IDS.to(device), LEFT.to(device), LEFT.bool()
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, position_ids=POSITIONS.to(device)).logits
        found = ours(ids, attention_mask=mask)
    torch.testing.assert_close(found[real], expected[real], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padded", [False, True])
def test_gradients_equal_transformers(padded, llama_twins, same_gradients):
    theirs, ours = llama_twins("Qwen3", SIZES)
    mask = LEFT if padded else torch.ones_like(LEFT)
    targets = IDS[:, 1:].masked_fill(mask[:, :-1] == 0, -100)
    expected = theirs(IDS, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0)).logits
    found = ours(IDS, attention_mask=mask if padded else None)
    same_gradients(
        theirs, ours, *(F.cross_entropy(x[:, :-1].flatten(0, 1), targets.flatten()) for x in (expected, found))
    )


def test_the_size_of_queries_and_keys_does_not_matter():
    model = Qwen3(Qwen3Config(**SIZES), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(10 if weight.ndim == 2 else 1)
        before = model(IDS)
        for layer in model.layers:
            layer.self_attn.q_proj.weight.mul_(7)
            layer.self_attn.k_proj.weight.mul_(7)
        torch.testing.assert_close(model(IDS), before, rtol=1e-4, atol=1e-4)
        model.layers[0].self_attn.q_norm.weight.mul_(7)
        assert (model(IDS) - before).abs().max() > 0.1


def test_the_head_size_is_no_part_of_the_channels():
    config = Qwen3Config(**SIZES)
    assert (config.head_dim, config.hidden_size) == (16, 40)
    shapes = {name: tuple(p.shape) for name, p in Qwen3(config).layers[0].self_attn.named_parameters()}
    assert shapes == {
        "q_proj.weight": (40, 96),
        "k_proj.weight": (40, 32),
        "v_proj.weight": (40, 32),
        "o_proj.weight": (96, 40),
        "q_norm.weight": (16,),
        "k_norm.weight": (16,),
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head_dim": 15}, "head_dim must be even, got 15"),
        ({"head_dim": 0}, "head_dim must be a positive whole number, got 0"),
        ({"num_key_value_heads": 4}, "must be a multiple of num_key"),
    ],
)
def test_refuses_sizes_that_no_qwen3_has(change, message):
    with pytest.raises(ValueError, match=message):
        Qwen3Config(**SIZES | change)
