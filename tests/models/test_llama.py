"""Our Llama against transformers' with the same random weights, and cached against uncached decoding."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.llama import Llama, LlamaConfig, rms_norm, swiglu

SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}


def draw_ids(*shape, seed=1):
    return torch.randint(SIZES["vocab_size"], shape, generator=torch.Generator().manual_seed(seed))


def left_padded(lengths, width):
    return torch.tensor([[0] * (width - n) + [1] * n for n in lengths])


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("key_heads", [1, 2, 6])
def test_logits_equal_transformers(tied, key_heads, llama_twins, device):
    sizes = SIZES | {"num_key_value_heads": key_heads}
    theirs, ours = (model.to(device) for model in llama_twins("Llama", sizes, tied=tied))
    ids = draw_ids(3, 40).to(device)
    with torch.no_grad():
        expected = theirs(ids).logits
        assert expected.std() > 0.5  # or the comparison would say little
        torch.testing.assert_close(ours(ids), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("side", ["left", "right"])
def test_logits_equal_transformers_with_padding(side, llama_twins, device):
    theirs, ours = (model.to(device) for model in llama_twins("Llama", SIZES))
    ids, mask = draw_ids(3, 20).to(device), left_padded([20, 7, 1], 20).to(device)
    if side == "right":
        mask = mask.flip(1)
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0)).logits
        found = ours(ids, attention_mask=mask)
    torch.testing.assert_close(found[mask.bool()], expected[mask.bool()], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("padded", [False, True])
def test_gradients_equal_transformers(tied, padded, llama_twins, same_gradients):
    theirs, ours = llama_twins("Llama", SIZES, tied=tied)
    ids, mask = draw_ids(2, 12), left_padded([12, 5 if padded else 12], 12)
    targets = ids[:, 1:].masked_fill(mask[:, :-1] == 0, -100)  # what follows a padding, nobody can know
    logits = theirs(ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0)).logits
    losses = (
        F.cross_entropy(logits[:, :-1].flatten(0, 1), targets.flatten())
        for logits in (logits, ours(ids, attention_mask=mask if padded else None))
    )
    same_gradients(theirs, ours, *losses)


@pytest.mark.parametrize("batch", [1, 3])
def test_cached_equals_uncached_at_every_length(batch, device):
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0)).to(device)
    ids = draw_ids(batch, 20).to(device)
    with torch.no_grad():
        whole = model(ids)  # (B, T, V)
        cache = model.new_cache(batch, max_length=20)
        for t in range(20):
            step = model(ids[:, t : t + 1], cache)  # (B, 1, V)
            torch.testing.assert_close(step[:, 0], whole[:, t], rtol=1e-5, atol=1e-5)
    assert cache.length == 20


@pytest.mark.parametrize("cuts", [(7,), (1, 2, 19), (5, 10, 15)])
def test_reading_the_prompt_in_chunks_changes_nothing(cuts, device):
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0)).to(device)
    ids = draw_ids(2, 20).to(device)
    with torch.no_grad():
        cache = model.new_cache(2)
        pieces = [model(chunk, cache) for chunk in ids.tensor_split(cuts, dim=1)]
        torch.testing.assert_close(torch.cat(pieces, dim=1), model(ids), rtol=1e-5, atol=1e-5)


def test_a_truncated_cache_continues_another_way():
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0))
    ids, other = draw_ids(1, 12), draw_ids(1, 5, seed=2)
    with torch.no_grad():
        cache = model.new_cache()
        model(ids, cache)
        cache.truncate(6)
        expected = model(torch.cat((ids[:, :6], other), dim=1))[:, 6:]
        torch.testing.assert_close(model(other, cache), expected, rtol=1e-5, atol=1e-5)


def test_last_only_is_the_last_of_all():
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0))
    ids = draw_ids(2, 9)
    torch.testing.assert_close(model(ids, last_only=True), model(ids)[:, -1:])


def test_a_later_token_does_not_change_earlier_logits():
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0))
    ids = draw_ids(1, 9)
    changed = ids.clone()
    changed[0, -1] = (ids[0, -1] + 1) % SIZES["vocab_size"]
    torch.testing.assert_close(model(ids)[:, :-1], model(changed)[:, :-1])


def test_a_failed_pass_leaves_the_cache_as_it_was():
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0))
    cache = model.new_cache(max_length=8)
    model(draw_ids(1, 6), cache)
    with pytest.raises(ValueError, match="room for 8 tokens"):
        model(draw_ids(1, 3), cache)
    assert cache.length == 6


def test_no_gradient_flows_through_the_cache():
    model = Llama(LlamaConfig(**SIZES))
    cache = model.new_cache()
    model(draw_ids(1, 4), cache)
    assert not any(stored.requires_grad for stored in cache.keys + cache.values)


def test_the_context_is_the_limit_with_and_without_a_cache():
    model = Llama(LlamaConfig(**SIZES))
    assert model(draw_ids(1, 64)).shape == (1, 64, 97)
    with pytest.raises(ValueError, match="65 tokens, the model's context is 64"):
        model(draw_ids(1, 65))
    cache = model.new_cache(max_length=100)
    model(draw_ids(1, 60), cache)
    with pytest.raises(ValueError, match="65 tokens, the model's context is 64"):
        model(draw_ids(1, 5), cache)


@pytest.mark.parametrize("ids", [torch.tensor([1, 2]), torch.zeros(1, 0, dtype=torch.int64)])
def test_refuses_ids_that_are_no_batch(ids):
    with pytest.raises(ValueError, match=r"shape \(B, T\)"):
        Llama(LlamaConfig(**SIZES))(ids)


def test_the_generator_decides_the_weights():
    first, again, other = (
        Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(seed)).state_dict() for seed in (0, 0, 1)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])


def test_bfloat16_stays_close(device):
    model = Llama(LlamaConfig(**SIZES), generator=torch.Generator().manual_seed(0)).to(device)
    ids = draw_ids(2, 10).to(device)
    with torch.no_grad():
        expected = model(ids)
        low = model.to(torch.bfloat16)(ids)
    assert low.dtype == torch.bfloat16
    assert (low.float() - expected).norm() < 0.03 * expected.norm()


def test_rms_norm_equals_torch():
    x, weight = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(0)), torch.linspace(0.5, 2, 16)
    torch.testing.assert_close(rms_norm(x, weight, 1e-3), F.rms_norm(x, (16,), weight, 1e-3))


def test_swiglu_by_hand():
    sigmoid_of_1 = 1 / (1 + 2.718281828459045**-1)
    assert swiglu(torch.tensor([1.0]), torch.tensor([3.0])).item() == pytest.approx(3 * sigmoid_of_1)
