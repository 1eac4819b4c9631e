"""The shape of a Llama, checked before anything is built from it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real

import torch


@dataclass(frozen=True)
class LlamaConfig:
    """The shape of a Llama; the names are those of a `config.json` on the hub.

    `rope_scaling` slows the rotary positions down for texts longer than those of the training: a function from
    `rope_scaling`, applied to the radians that each pair of channels turns by in a token.

    Raises ValueError for a size below 1, when the heads do not divide the channels, or the key heads the query heads.

    >>> LlamaConfig(256, 64, 192, 2, 4, 2, 512).head_dim
    16
    """

    vocab_size: int  # V
    hidden_size: int  # C
    intermediate_size: int  # channels inside the feed-forward layer
    num_hidden_layers: int
    num_attention_heads: int  # H
    num_key_value_heads: int  # H / this many queries share one key head
    max_position_embeddings: int  # the context: no text longer than this
    rope_theta: float = 10_000.0
    rms_norm_eps: float = 1e-5
    tie_word_embeddings: bool = True
    rope_scaling: Callable[[torch.Tensor], torch.Tensor] | None = None

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self) if field.type is int):
            if not isinstance(size := getattr(self, name), Integral) or size < 1:
                raise ValueError(f"{name} must be a positive whole number, got {size!r}")
        for name, number in (("rope_theta", self.rope_theta), ("rms_norm_eps", self.rms_norm_eps)):
            if not isinstance(number, Real) or not 0 < number < math.inf:
                raise ValueError(f"{name} must be a positive number, got {number!r}")
        if self.rope_scaling is not None and not callable(self.rope_scaling):
            raise ValueError(f"rope_scaling must be LinearScaling(…) or Llama3Scaling(…), got {self.rope_scaling!r}")
        self.check_head_dim()
        heads, groups = self.num_attention_heads, self.num_key_value_heads
        if heads % groups:
            raise ValueError(f"num_attention_heads {heads} must be a multiple of num_key_value_heads {groups}")

    @property
    def head_dim(self) -> int:
        """D: channels of one head."""
        return self.hidden_size // self.num_attention_heads

    def check_head_dim(self) -> None:
        """Refuse heads that cannot share the channels evenly, or whose channels form no pairs to turn."""
        channels, heads = self.hidden_size, self.num_attention_heads
        if channels % (2 * heads):
            raise ValueError(f"hidden_size {channels} must be an even multiple of num_attention_heads {heads}")
