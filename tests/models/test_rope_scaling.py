"""Scaled rotary positions against transformers: the radians a token, and the logits of a Llama that turns by them."""

import dataclasses

import pytest
import torch
import transformers
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from llmai_edu.models.rope import inverse_frequencies, rope_angles
from llmai_edu.models.rope_scaling import LinearScaling, Llama3Scaling

SIZES = {
    "vocab_size": 97,
    "hidden_size": 64,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 128,
}
SCALINGS = [
    ("linear", LinearScaling(1.0)),
    ("linear", LinearScaling(4.0)),
    ("llama3", Llama3Scaling(8.0, 1.0, 4.0, 8192)),  # Llama 3.1
    ("llama3", Llama3Scaling(32.0, 1.0, 4.0, 8192)),  # Llama 3.2
    ("llama3", Llama3Scaling(4.0, 0.5, 2.5, 32)),
]


def entries(kind, scaling):
    return {"rope_type": kind} | dataclasses.asdict(scaling)


@pytest.mark.parametrize(("kind", "scaling"), SCALINGS)
@pytest.mark.parametrize(("head_dim", "theta"), [(32, 500.0), (128, 500_000.0)])
def test_radians_equal_transformers(kind, scaling, head_dim, theta, device):
    rope = entries(kind, scaling) | {"rope_theta": theta}
    config = transformers.LlamaConfig(hidden_size=2 * head_dim, num_attention_heads=2, rope_parameters=rope)
    expected, factor = ROPE_INIT_FUNCTIONS[kind](config, device)
    assert factor == 1
    plain = inverse_frequencies(head_dim, theta, device)
    torch.testing.assert_close(scaling(plain), expected, rtol=1e-5, atol=0)
    slowed = (scaling(plain) < plain).sum()
    assert slowed == 0 if scaling.factor == 1 else slowed > 0
    assert kind == "linear" or slowed < len(plain)


@pytest.mark.parametrize(("kind", "scaling"), SCALINGS[1:])
def test_logits_equal_transformers(kind, scaling, llama_twins, device):
    theirs, ours = llama_twins("Llama", SIZES, rope=entries(kind, scaling), scaling=scaling)
    _, unscaled = llama_twins("Llama", SIZES)
    ids = torch.randint(97, (2, 100), generator=torch.Generator().manual_seed(1)).to(device)
    with torch.no_grad():
        expected = theirs.to(device)(ids).logits
        torch.testing.assert_close(ours.to(device)(ids), expected, rtol=1e-5, atol=1e-5)
        differs = (unscaled.to(device)(ids) - expected).abs().max()
    assert (differs > 0.1) == (getattr(scaling, "original_max_position_embeddings", 0) < 8192)


def test_linear_scaling_moves_the_tokens_together():
    scaled = rope_angles(torch.arange(0, 12, 3), 8, 100.0, LinearScaling(3.0))
    torch.testing.assert_close(scaled, rope_angles(torch.arange(4), 8, 100.0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LinearScaling(0.5), "factor must be at least 1, got 0.5"),
        (lambda: LinearScaling("4"), "factor must be a positive number, got '4'"),
        (lambda: Llama3Scaling(8.0, 1.0, float("inf"), 8192), "high_freq_factor must be a positive number, got inf"),
        (lambda: Llama3Scaling(8.0, 4.0, 4.0, 8192), "high_freq_factor 4.0 must be above low_freq_factor 4.0"),
        (lambda: Llama3Scaling(8.0, 1.0, 4.0, 0), "original_max_position_embeddings must be a positive number"),
    ],
)
def test_refuses_numbers_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()
