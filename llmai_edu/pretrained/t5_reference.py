"""What `transformers` computes with the weights of a tiny random T5, recorded, so that a lesson can do without it."""

import json
from importlib.resources import files
from typing import Any

import torch

from llmai_edu.models.t5 import T5, T5Config

__all__ = ["reference_model", "t5_reference"]


def reference_model(feed_forward: str) -> T5:
    """A tiny T5 whose weights come from a fixed seed: with "relu" the first T5, with "gated-gelu" version 1.1.

    Its norms and position biases are drawn, too, for at their usual start they would hide errors.

    >>> reference_model("relu").config.num_heads
    4
    """
    config = T5Config(
        vocab_size=40,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        feed_forward_proj=feed_forward,
        tie_word_embeddings=feed_forward == "relu",
    )
    generator = torch.Generator().manual_seed(14)
    model = T5(config, generator=generator).eval()
    for name, weight in model.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(weight, 0.5, 1.5, generator=generator)
        elif name.endswith("bias.weight"):
            torch.nn.init.normal_(weight, std=1.0, generator=generator)
    return model


def t5_reference() -> dict[str, Any]:
    """The recorded inputs and answers of `transformers`, for both versions.

    `ids`: (B, S), padded with 0. `decoder_ids`: (B, T). "relu" and "gated-gelu": the logits (B, T, V) of the model with
    the weights of `reference_model`. `transformers`: its version. `benchmarks/record_t5_reference.py` records it, and a
    test compares it with transformers itself.

    >>> sorted(t5_reference())
    ['decoder_ids', 'gated-gelu', 'ids', 'relu', 'transformers']
    """
    return json.loads((files(__package__) / "t5_reference.json").read_text(encoding="utf-8"))
