"""The shape of a Llama: what follows from the sizes, and which sizes no Llama has."""

import pytest

from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.models.rope_scaling import LinearScaling

SIZES = {
    "vocab_size": 97,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}


def test_the_channels_are_shared_out_among_the_heads():
    assert LlamaConfig(**SIZES).head_dim == 8


def test_two_of_the_same_values_are_equal():
    first, again = (LlamaConfig(**SIZES, rope_scaling=LinearScaling(2.0)) for _ in range(2))
    assert first == again != LlamaConfig(**SIZES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_attention_heads": 5}, "even multiple"),
        ({"num_key_value_heads": 4}, "must be a multiple of num_key"),
        ({"num_attention_heads": 0}, "num_attention_heads must be a positive whole number, got 0"),
        ({"num_key_value_heads": 0}, "num_key_value_heads must be a positive whole number, got 0"),
        ({"num_hidden_layers": -1}, "num_hidden_layers must be a positive whole number, got -1"),
        ({"rope_scaling": {"rope_type": "linear", "factor": 2.0}}, r"rope_scaling must be LinearScaling"),
        ({"vocab_size": 9.5}, "vocab_size must be a positive whole number, got 9.5"),
        ({"rope_theta": 0.0}, "rope_theta must be a positive number, got 0.0"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps must be a positive number, got nan"),
    ],
)
def test_refuses_sizes_that_no_llama_has(change, message):
    with pytest.raises(ValueError, match=message):
        LlamaConfig(**SIZES | change)
