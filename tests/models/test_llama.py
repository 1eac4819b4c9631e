"""Our Llama against transformers' with the same random weights, and cached against uncached decoding."""

import pytest
import torch
import torch.nn.functional as F
import transformers

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


def pair(tied=True, **changes):
    """A tiny random Llama of transformers, and ours with its weights."""
    sizes = SIZES | changes
    torch.manual_seed(0)
    theirs = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            **sizes,
            tie_word_embeddings=tied,
            rope_parameters={"rope_type": "default", "rope_theta": 500.0},
            initializer_range=0.2,  # large enough for attention to be anything but uniform
        )
    )
    for name, weight in theirs.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(weight, 0.5, 1.5)
    ours = Llama(LlamaConfig(**sizes, rope_theta=500.0, rms_norm_eps=1e-6, tie_word_embeddings=tied))
    names = {name: f"model.{name}" for name, _ in ours.named_parameters()}
    names["lm_head.weight"] = "lm_head.weight"
    weights = theirs.state_dict()
    stored = {
        ours_name: weights[name].T if ours_name.endswith(("proj.weight", "head.weight")) else weights[name]
        for ours_name, name in names.items()
    }
    ours.load_state_dict(stored)
    return theirs.eval(), ours


def draw_ids(*shape, seed=1):
    return torch.randint(SIZES["vocab_size"], shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("key_heads", [1, 2, 6])
def test_logits_equal_transformers(tied, key_heads, device):
    theirs, ours = (model.to(device) for model in pair(tied, num_key_value_heads=key_heads))
    ids = draw_ids(3, 40).to(device)
    with torch.no_grad():
        expected = theirs(ids).logits
        assert expected.std() > 0.5  # or the comparison would say little
        torch.testing.assert_close(ours(ids), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("tied", [True, False])
def test_gradients_equal_transformers(tied):
    theirs, ours = pair(tied)
    ids = draw_ids(2, 12)
    for model, logits in ((theirs, theirs(ids).logits), (ours, ours(ids))):
        F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
        assert all(p.grad is not None for p in model.parameters())
    expected = dict(theirs.named_parameters())
    for name, weight in ours.named_parameters():
        other = expected.get(f"model.{name}", expected.get(name))
        if other is None:  # tied: transformers keeps the one matrix under the embedding's name
            other = expected["model.embed_tokens.weight"]
        grad = other.grad.T if name.endswith(("proj.weight", "head.weight")) else other.grad
        torch.testing.assert_close(weight.grad, grad, rtol=1e-4, atol=1e-5)


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_attention_heads": 5}, "even multiple"),
        ({"num_key_value_heads": 4}, "must be a multiple of num_key"),
        ({"num_attention_heads": 0}, "num_attention_heads must be a positive whole number, got 0"),
        ({"num_key_value_heads": 0}, "num_key_value_heads must be a positive whole number, got 0"),
        ({"num_hidden_layers": -1}, "num_hidden_layers must be a positive whole number, got -1"),
        ({"vocab_size": 9.5}, "vocab_size must be a positive whole number, got 9.5"),
        ({"rope_theta": 0.0}, "rope_theta must be a positive number, got 0.0"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps must be a positive number, got nan"),
    ],
)
def test_refuses_sizes_that_no_llama_has(change, message):
    with pytest.raises(ValueError, match=message):
        LlamaConfig(**SIZES | change)


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
