"""GPT: a stack of Transformer blocks that reads from left to right (Radford et al. 2018, 2019).

The layout is GPT-2's, and so are the names of its parts, which are those of the Hugging Face hub.
"""

from dataclasses import dataclass, fields
from numbers import Integral, Real

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.attention import attention
from llmai_edu.models.cache import KVCache, place_tokens
from llmai_edu.models.linear import Linear


@dataclass(frozen=True)
class GPTConfig:
    """The shape of a GPT; the names are those of GPT-2's `config.json` on the hub.

    Raises ValueError for a size below 1, when the heads do not divide the channels, or for dropout outside [0, 1).

    >>> GPTConfig(vocab_size=65, n_positions=64, n_embd=128, n_layer=4, n_head=4).head_dim
    32
    """

    vocab_size: int  # V
    n_positions: int  # the context: no text longer than this
    n_embd: int  # C
    n_layer: int
    n_head: int  # H
    dropout: float = 0.0  # of the sum of vectors, of attention's weights, and of what each layer adds
    layer_norm_epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self) if field.type is int):
            if not isinstance(size := getattr(self, name), Integral) or size < 1:
                raise ValueError(f"{name} must be a positive whole number, got {size!r}")
        if self.n_embd % self.n_head:
            raise ValueError(f"n_embd {self.n_embd} must be a multiple of n_head {self.n_head}")
        if not isinstance(self.dropout, Real) or not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be a share from 0 to less than 1, got {self.dropout!r}")
        if not isinstance(self.layer_norm_epsilon, Real) or not self.layer_norm_epsilon > 0:
            raise ValueError(f"layer_norm_epsilon must be a positive number, got {self.layer_norm_epsilon!r}")

    @property
    def head_dim(self) -> int:
        """D: channels of one head."""
        return self.n_embd // self.n_head

    @property
    def max_position_embeddings(self) -> int:
        """The context, under the name that newer models give it."""
        return self.n_positions


class GPTAttention(nn.Module):
    """Causal self-attention with several heads; `layer` is its place in the cache."""

    def __init__(self, config: GPTConfig, layer: int) -> None:
        super().__init__()
        self.layer, self.head_dim = layer, config.head_dim
        self.c_attn = Linear(config.n_embd, 3 * config.n_embd, bias=True)  # queries, keys and values in one product
        self.c_proj = Linear(config.n_embd, config.n_embd, bias=True)
        self.dropout = config.dropout

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        """(B, T, H·D) → (B, H, T, D)."""
        return x.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None, cache: KVCache | None = None) -> torch.Tensor:
        q, k, v = (self.heads(part) for part in self.c_attn(x).split(x.shape[-1], dim=-1))  # (B, H, T, D) each
        if cache is not None:
            k, v = cache.append(self.layer, k, v)  # (B, H, S, D): all tokens read so far
        y = attention(q, k, v, mask, causal=True, dropout=self.dropout if self.training else 0.0)
        return self.c_proj(y.transpose(1, 2).flatten(2))  # (B, T, C)


class GPTMLP(nn.Module):
    """The feed-forward layer: each token on its own, up to four times the channels, GELU, and down again.

    Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"; GPT-2 takes their approximation with tanh.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.c_fc = Linear(config.n_embd, 4 * config.n_embd, bias=True)
        self.c_proj = Linear(4 * config.n_embd, config.n_embd, bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))  # (B, T, C)


class GPTBlock(nn.Module):
    """Attention, then feed-forward: each reads a normalized copy of the residual stream and adds to it."""

    def __init__(self, config: GPTConfig, layer: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = GPTAttention(config, layer)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = GPTMLP(config)
        self.drop = nn.Dropout(config.dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None, cache: KVCache | None = None) -> torch.Tensor:
        x = x + self.drop(self.attn(self.ln_1(x), mask, cache))
        return x + self.drop(self.mlp(self.ln_2(x)))  # (B, T, C)


class GPT(nn.Module):
    """A GPT language model: token ids in, a logit for each possible next token out.

    `generator` draws the initial weights: normal with standard deviation 0.02, what is added to the residual stream
    smaller by √(2 · layers), so that the stream does not grow with the depth. The head is the token table itself.

    >>> config = GPTConfig(vocab_size=256, n_positions=64, n_embd=32, n_layer=2, n_head=4)
    >>> model = GPT(config, generator=torch.Generator().manual_seed(0))
    >>> model(torch.tensor([[72, 105]])).shape            # (B, T, V)
    torch.Size([1, 2, 256])
    """

    def __init__(self, config: GPTConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)  # what a token is
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)  # where it stands
        self.drop = nn.Dropout(config.dropout)
        self.h = nn.ModuleList(GPTBlock(config, layer) for layer in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.init_weights(generator)

    def init_weights(self, generator: torch.Generator | None) -> None:
        """Draw every matrix; biases are 0 and the norms' weights 1 from the start."""
        for name, weight in self.named_parameters():
            if weight.ndim == 2 and not weight.is_meta:
                added = name.endswith("c_proj.weight")
                std = 0.02 / (2 * self.config.n_layer) ** 0.5 if added else 0.02
                nn.init.normal_(weight, std=std, generator=generator)

    def hidden(
        self, ids: torch.Tensor, cache: KVCache | None = None, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """What the last block hands to the head, normalized: (B, T) → (B, T, C). Called as `forward`."""
        self.check_ids(ids, 0 if cache is None else cache.length)
        positions, mask = place_tokens(ids, attention_mask, cache)
        x = self.drop(self.wte(ids) + self.wpe(positions))  # (B, T, C): the residual stream
        for block in self.h:
            x = block(x, mask, cache)
        if cache is not None:
            cache.advance(ids.shape[1])
        return self.ln_f(x)

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
        computes the logits of the last position alone: generation needs no others.

        ids: (B, T) of int64. attention_mask: (B, T), 0 where `ids` hold padding; texts of unequal length are padded on
        the left, so that all end together. Returns (B, T, V), or (B, 1, V) for the last one; the logits of a padding
        mean nothing. Raises ValueError when the text is longer than the context, or than the cache.
        """
        x = self.hidden(ids, cache, attention_mask)  # (B, T, C)
        return F.linear(x[:, -1:] if last_only else x, self.wte.weight)

    def new_cache(self, batch_size: int = 1, max_length: int | None = None) -> KVCache:
        """An empty cache for texts of up to `max_length` tokens; without it, for the whole context."""
        config, weight = self.config, self.wte.weight
        room = max_length or config.n_positions
        sizes = (config.n_layer, batch_size, config.n_head, room, config.head_dim)
        return KVCache(*sizes, device=weight.device, dtype=weight.dtype)

    def check_ids(self, ids: torch.Tensor, past: int = 0) -> None:
        """Refuse ids of a wrong shape, and a text longer than the context."""
        if ids.ndim != 2 or not ids.shape[1]:
            raise ValueError(f"ids must have shape (B, T) with T ≥ 1, got {tuple(ids.shape)}")
        context = self.config.n_positions
        if past + ids.shape[1] > context:
            raise ValueError(f"the text has {past + ids.shape[1]} tokens, the model's context is {context}: shorten it")
