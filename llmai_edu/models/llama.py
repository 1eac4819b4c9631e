"""Llama: RMSNorm, rotary positions, SwiGLU and grouped queries in one decoder (Touvron et al. 2023).

Names follow the layout of the Hugging Face hub, with one difference: every matrix is stored as (in, out) and applied as
`x @ w`, for the reason that stands in `linear`.
"""

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.attention import attention
from llmai_edu.models.cache import KVCache, place_tokens
from llmai_edu.models.linear import Linear
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.models.rope import apply_rope, rope_angles


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    """Scale every vector to a root mean square of 1, then every channel by its own weight.

    Computed in float32 whatever comes in: in bfloat16 every square would be rounded to 8 bits.

    x: (..., C). weight: (C,). Returns (..., C).
    Zhang and Sennrich 2019, "Root Mean Square Layer Normalization".

    >>> y = rms_norm(torch.tensor([3.0, 4.0, 0.0, 0.0]), torch.ones(4))     # its root mean square is 2.5
    >>> [round(c, 3) for c in y.tolist()]
    [1.2, 1.6, 0.0, 0.0]
    """
    x32 = x.float()
    scale = torch.rsqrt(x32.square().mean(dim=-1, keepdim=True) + eps)
    return weight * (x32 * scale).to(x.dtype)


def swiglu(gate: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """Let the gate decide, channel by channel, how much of `up` passes: gate · sigmoid(gate) · up.

    gate, up: (..., F). Returns (..., F). Shazeer 2020, "GLU Variants Improve Transformer".

    >>> swiglu(torch.tensor([-100.0, 0.0, 100.0]), torch.full((3,), 2.0)).tolist()    # shut, shut, open
    [-0.0, 0.0, 200.0]
    """
    return F.silu(gate) * up


class RMSNorm(nn.Module):
    """`rms_norm` with its own weight, which starts at 1."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return rms_norm(x, self.weight, self.eps)


class LlamaAttention(nn.Module):
    """Causal self-attention with rotary positions and grouped queries; `layer` is its place in the cache."""

    def __init__(self, config: LlamaConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.head_dim = config.head_dim
        q_size, kv_size = (n * config.head_dim for n in (config.num_attention_heads, config.num_key_value_heads))
        self.q_proj = Linear(config.hidden_size, q_size)
        self.k_proj = Linear(config.hidden_size, kv_size)
        self.v_proj = Linear(config.hidden_size, kv_size)
        self.o_proj = Linear(q_size, config.hidden_size)

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        """(B, T, H·D) → (B, H, T, D)."""
        return x.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)

    def queries_and_keys(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What asks and what answers, before positions turn them: (B, H, T, D) and (B, K, T, D)."""
        return self.heads(self.q_proj(x)), self.heads(self.k_proj(x))

    def forward(
        self,
        x: torch.Tensor,
        rope: tuple[torch.Tensor, torch.Tensor],
        mask: torch.Tensor | None = None,
        cache: KVCache | None = None,
    ) -> torch.Tensor:
        q, k = (apply_rope(heads, *rope) for heads in self.queries_and_keys(x))  # K key heads serve H query heads
        v = self.heads(self.v_proj(x))  # (B, K, T, D)
        if cache is not None:
            k, v = cache.append(self.layer, k, v)  # (B, K, S, D): all tokens read so far
        y = attention(q, k, v, mask, causal=True)  # (B, H, T, D)
        return self.o_proj(y.transpose(1, 2).flatten(2))  # (B, T, C)


class LlamaMLP(nn.Module):
    """The feed-forward layer: up to F channels, through the gate, and down again."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.gate_proj = Linear(config.hidden_size, config.intermediate_size)
        self.up_proj = Linear(config.hidden_size, config.intermediate_size)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(swiglu(self.gate_proj(x), self.up_proj(x)))  # (B, T, C)


class LlamaBlock(nn.Module):
    """Attention, then feed-forward: each reads a normalized copy of the residual stream and adds to it."""

    attention_type = LlamaAttention

    def __init__(self, config: LlamaConfig, layer: int) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = self.attention_type(config, layer)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = LlamaMLP(config)

    def forward(
        self,
        x: torch.Tensor,
        rope: tuple[torch.Tensor, torch.Tensor],
        mask: torch.Tensor | None = None,
        cache: KVCache | None = None,
    ) -> torch.Tensor:
        x = x + self.self_attn(self.input_layernorm(x), rope, mask, cache)
        return x + self.mlp(self.post_attention_layernorm(x))  # (B, T, C)


class Llama(nn.Module):
    """A Llama language model: token ids in, a logit for each possible next token out.

    `generator` draws the initial weights (normal, standard deviation 0.02); the norms start at 1. Built under
    `torch.device("meta")` the model takes no memory and no time, and waits for pretrained weights.

    >>> config = LlamaConfig(256, 64, 192, 2, 4, 2, max_position_embeddings=512)
    >>> model = Llama(config, generator=torch.Generator().manual_seed(0))
    >>> model(torch.tensor([[72, 105]])).shape            # (B, T, V)
    torch.Size([1, 2, 256])
    """

    block_type = LlamaBlock

    def __init__(self, config: LlamaConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.window: int | None = None  # a token looks back as far as the text goes
        self.embed_tokens = None  # tied: the head's columns are the tokens' vectors, too
        if not config.tie_word_embeddings:
            self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(self.block_type(config, i) for i in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.lm_head = Linear(config.hidden_size, config.vocab_size)
        for weight in self.parameters():
            if weight.ndim == 2 and not weight.is_meta:
                nn.init.normal_(weight, std=0.02, generator=generator)

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """The vector of each token: (B, T) → (B, T, C)."""
        table = self.lm_head.weight.T if self.embed_tokens is None else self.embed_tokens.weight  # (V, C)
        return F.embedding(ids, table)

    def rope(self, positions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What turns queries and keys at these positions, the same for every layer: cosine and sine."""
        return rope_angles(positions, self.config.head_dim, self.config.rope_theta, self.config.rope_scaling)

    def hidden(
        self, ids: torch.Tensor, cache: KVCache | None = None, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """What the last block hands to the head, normalized: (B, T) → (B, T, C). Called as `forward`."""
        self.check_ids(ids, 0 if cache is None else cache.length)
        positions, mask = place_tokens(ids, attention_mask, cache, self.window)
        rope, x = self.rope(positions), self.embed(ids)
        for layer in self.layers:
            x = layer(x, rope, mask, cache)
        if cache is not None:
            cache.advance(ids.shape[1])
        return self.norm(x)

    def forward(
        self,
        ids: torch.Tensor,
        cache: KVCache | None = None,
        *,
        attention_mask: torch.Tensor | None = None,
        last_only: bool = False,
    ) -> torch.Tensor:
        """Logits for the token after each of `ids`.

        With a cache, `ids` continue the text that the cache has read, and are added to it. `last_only`
        computes the logits of the last position alone: the head is the largest matrix, and generation needs
        no others.

        ids: (B, T) of int64. attention_mask: (B, T), 0 where `ids` hold padding; texts of unequal length are padded on
        the left, so that all end together. Returns (B, T, V), or (B, 1, V) for the last one; the logits of a padding
        mean nothing. Raises ValueError when the text is longer than the context, or than the cache.
        """
        x = self.hidden(ids, cache, attention_mask)  # (B, T, C)
        return self.lm_head(x[:, -1:] if last_only else x)

    def new_cache(self, batch_size: int = 1, max_length: int | None = None) -> KVCache:
        """An empty cache for texts of up to `max_length` tokens; without it, for the whole context."""
        config, weight = self.config, self.lm_head.weight
        return KVCache(
            config.num_hidden_layers,
            batch_size,
            config.num_key_value_heads,
            max_length or config.max_position_embeddings,
            config.head_dim,
            window=self.window,
            device=weight.device,
            dtype=weight.dtype,
        )

    def check_ids(self, ids: torch.Tensor, past: int = 0) -> None:
        """Refuse ids of a wrong shape, and a text longer than the context."""
        if ids.ndim != 2 or not ids.shape[1]:
            raise ValueError(f"ids must have shape (B, T) with T ≥ 1, got {tuple(ids.shape)}")
        context = self.config.max_position_embeddings
        if past + ids.shape[1] > context:
            raise ValueError(f"the text has {past + ids.shape[1]} tokens, the model's context is {context}: shorten it")
