"""The parts of a T5: its shape, attention without 1/√D, two feed-forward layers, the blocks of encoder and decoder.

Norms stand before each layer and have no bias, nor has anything else (Raffel et al. 2020; version 1.1 has the gate of
Shazeer 2020). Matrices are stored (in, out), as `linear` explains.
"""

from dataclasses import dataclass, fields
from numbers import Integral

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.attention import attention
from llmai_edu.models.cache import KVCache
from llmai_edu.models.linear import Linear
from llmai_edu.models.llama import RMSNorm

FEED_FORWARDS = ("relu", "gated-gelu")  # of T5, and of its version 1.1


@dataclass(frozen=True)
class T5Config:
    """The shape of a T5; the names are those of a `config.json` on the hub.

    The first T5 has one matrix for the embeddings and the head, and multiplies by d_model**-0.5 before the head;
    version 1.1 has two, and does not. `scale_decoder_outputs` follows `tie_word_embeddings` unless it is given.
    Raises ValueError for a size below 1 or an unknown feed-forward layer.

    >>> T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4).decoder_layers
    2
    """

    vocab_size: int = 32_128  # V
    d_model: int = 512  # C
    d_kv: int = 64  # D, channels of one head; H · D need not be C
    d_ff: int = 2048  # F
    num_layers: int = 6  # of the encoder
    num_heads: int = 8  # H
    num_decoder_layers: int | None = None  # None: as many
    relative_attention_num_buckets: int = 32
    relative_attention_max_distance: int = 128
    dropout_rate: float = 0.1
    layer_norm_epsilon: float = 1e-6
    feed_forward_proj: str = "relu"
    tie_word_embeddings: bool = True
    scale_decoder_outputs: bool | None = None
    pad_token_id: int = 0
    eos_token_id: int = 1
    decoder_start_token_id: int = 0  # the padding's id also opens the decoder's text

    def __post_init__(self) -> None:
        sizes = [f.name for f in fields(self) if f.type is int and not f.name.endswith("_id")]
        for name in [*sizes, *(["num_decoder_layers"] if self.num_decoder_layers is not None else [])]:
            if not isinstance(size := getattr(self, name), Integral) or size < 1:
                raise ValueError(f"{name} must be a positive whole number, got {size!r}")
        if self.feed_forward_proj not in FEED_FORWARDS:
            raise ValueError(f"feed_forward_proj must be one of {FEED_FORWARDS}, got {self.feed_forward_proj!r}")
        if not 0 <= self.dropout_rate < 1:
            raise ValueError(f"dropout_rate must be at least 0 and below 1, got {self.dropout_rate!r}")

    @property
    def decoder_layers(self) -> int:
        """How many blocks the decoder has."""
        return self.num_decoder_layers or self.num_layers

    @property
    def scaled_head(self) -> bool:
        """Whether the decoder's output is multiplied by d_model**-0.5 before the head."""
        return self.tie_word_embeddings if self.scale_decoder_outputs is None else self.scale_decoder_outputs


class T5Attention(nn.Module):
    """Attention without 1/√D; keys and values come from the queries' own text, or from the text that was read."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.head_dim, self.dropout = config.d_kv, config.dropout_rate
        inner = config.num_heads * config.d_kv
        self.q, self.k, self.v = (Linear(config.d_model, inner) for _ in range(3))
        self.o = Linear(inner, config.d_model)

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        """(B, T, H·D) → (B, H, T, D)."""
        return x.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)

    def keys_values(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What can be looked at: (B, S, C) → two tensors (B, H, S, D)."""
        return self.heads(self.k(x)), self.heads(self.v(x))

    def forward(
        self,
        x: torch.Tensor,
        keys_values: tuple[torch.Tensor, torch.Tensor],
        mask: torch.Tensor | None = None,
        bias: torch.Tensor | None = None,
        causal: bool = False,
    ) -> torch.Tensor:
        dropout = self.dropout if self.training else 0.0
        q = self.heads(self.q(x))  # (B, H, T, D)
        y = attention(q, *keys_values, mask, bias=bias, causal=causal, scale=1.0, dropout=dropout)
        return self.o(y.transpose(1, 2).flatten(2))  # (B, T, C)


class T5FeedForward(nn.Module):
    """Up to F channels, through ReLU or a gate of GELU, and down again."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.gate = Linear(config.d_model, config.d_ff) if config.feed_forward_proj == "gated-gelu" else None
        self.up = Linear(config.d_model, config.d_ff)
        self.down = Linear(config.d_ff, config.d_model)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.gate is None:
            hidden = F.relu(self.up(x))
        else:
            hidden = F.gelu(self.gate(x), approximate="tanh") * self.up(x)
        return self.down(self.dropout(hidden))  # (B, T, C)


class EncoderBlock(nn.Module):
    """Self-attention in both directions, then feed-forward: each reads a normalized copy and adds to it."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.self_norm, self.self_attn = RMSNorm(config.d_model, config.layer_norm_epsilon), T5Attention(config)
        self.ff_norm, self.ff = RMSNorm(config.d_model, config.layer_norm_epsilon), T5FeedForward(config)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None, bias: torch.Tensor) -> torch.Tensor:
        y = self.self_norm(x)
        x = x + self.dropout(self.self_attn(y, self.self_attn.keys_values(y), mask, bias))
        return x + self.dropout(self.ff(self.ff_norm(x)))  # (B, S, C)


class DecoderBlock(nn.Module):
    """Causal self-attention, cross-attention to the text that was read, feed-forward."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.self_norm, self.self_attn = RMSNorm(config.d_model, config.layer_norm_epsilon), T5Attention(config)
        self.cross_norm, self.cross_attn = RMSNorm(config.d_model, config.layer_norm_epsilon), T5Attention(config)
        self.ff_norm, self.ff = RMSNorm(config.d_model, config.layer_norm_epsilon), T5FeedForward(config)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(
        self,
        x: torch.Tensor,
        bias: torch.Tensor,
        read: tuple[torch.Tensor, torch.Tensor],
        read_mask: torch.Tensor | None,
        cache: KVCache | None = None,
        layer: int = 0,
    ) -> torch.Tensor:
        y = self.self_norm(x)
        keys_values = self.self_attn.keys_values(y)
        if cache is not None:
            keys_values = cache.append(layer, *keys_values)  # of all tokens written so far
        x = x + self.dropout(self.self_attn(y, keys_values, bias=bias, causal=True))
        x = x + self.dropout(self.cross_attn(self.cross_norm(x), read, read_mask))
        return x + self.dropout(self.ff(self.ff_norm(x)))  # (B, T, C)
