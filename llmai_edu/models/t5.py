"""T5: an encoder that reads, a decoder that writes and looks back at what was read, both of attention.

Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer". The order of
the tokens comes in by a relative position bias alone; the blocks are in `t5_blocks`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.cache import KVCache, place_tokens
from llmai_edu.models.linear import Linear
from llmai_edu.models.llama import RMSNorm
from llmai_edu.models.masks import padding_mask
from llmai_edu.models.relative_bias import RelativeBias
from llmai_edu.models.t5_blocks import DecoderBlock, EncoderBlock, T5Config

__all__ = ["T5", "T5Cache", "T5Config", "shift_right"]


@dataclass
class T5Cache:
    """What the decoder keeps between steps: its own keys and values, and those of the text that was read.

    The latter are computed once, for all steps: `memory` says of which text.
    """

    own: KVCache
    read: list[tuple[torch.Tensor, torch.Tensor]]
    memory: torch.Tensor


class T5(nn.Module):
    """A T5: reads `ids`, and gives the logits of what the decoder writes after each of `decoder_ids`.

    `generator` draws the initial weights as the paper's code does.

    >>> config = T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
    >>> model = T5(config, generator=torch.Generator().manual_seed(0))
    >>> model(torch.tensor([[5, 6, 7, 1]]), torch.tensor([[0, 8]])).shape     # (B, T, V)
    torch.Size([1, 2, 100])
    """

    def __init__(self, config: T5Config, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        buckets = config.relative_attention_num_buckets, config.relative_attention_max_distance
        given = dict(zip(("num_buckets", "max_distance"), buckets))
        self.shared = nn.Embedding(config.vocab_size, config.d_model)
        self.encoder = nn.ModuleList(EncoderBlock(config) for _ in range(config.num_layers))
        self.encoder_bias = RelativeBias(config.num_heads, bidirectional=True, **given)  # one for all blocks
        self.encoder_norm = RMSNorm(config.d_model, config.layer_norm_epsilon)
        self.decoder = nn.ModuleList(DecoderBlock(config) for _ in range(config.decoder_layers))
        self.decoder_bias = RelativeBias(config.num_heads, bidirectional=False, **given)
        self.decoder_norm = RMSNorm(config.d_model, config.layer_norm_epsilon)
        self.lm_head = None if config.tie_word_embeddings else Linear(config.d_model, config.vocab_size)
        self.dropout = nn.Dropout(config.dropout_rate)
        for weight, std in self.initial_spreads():
            if not weight.is_meta:
                nn.init.normal_(weight, std=std, generator=generator)

    def initial_spreads(self) -> Iterator[tuple[torch.Tensor, float]]:
        """The standard deviation of every matrix at the start: its inputs**-0.5, and smaller for the queries."""
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                spread = 1.0 if name == "shared.weight" else weight.shape[0] ** -0.5
                if name.endswith("attn.q.weight"):
                    spread *= self.config.d_kv**-0.5  # in place of attention's 1/√D
                if name.endswith("bias.weight"):
                    spread = self.config.d_model**-0.5
                yield weight, spread

    def embed(self, ids: torch.Tensor, past: int = 0) -> torch.Tensor:
        """What goes into the first block: (B, T) → (B, T, C). past: how many tokens stand before."""
        return self.shared(ids)

    def encode(self, ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """Read texts, each token seeing all others of its text.

        ids: (B, S). attention_mask: (B, S), 0 where `ids` hold padding, on whichever side. Returns (B, S, C).
        Raises ValueError for other shapes.
        """
        check_ids(ids, "ids", attention_mask)
        mask = None if attention_mask is None else padding_mask(attention_mask)
        bias = self.encoder_bias(ids.shape[1], ids.shape[1])  # (1, H, S, S)
        x = self.dropout(self.embed(ids))
        for block in self.encoder:
            x = block(x, mask, bias)
        return self.dropout(self.encoder_norm(x))

    def decode(
        self,
        decoder_ids: torch.Tensor,
        memory: torch.Tensor,
        memory_mask: torch.Tensor | None = None,
        cache: T5Cache | None = None,
    ) -> torch.Tensor:
        """The logits of the token after each of `decoder_ids`, given what the encoder read.

        With a cache, `decoder_ids` go on from what the decoder has written, and are added to it.

        decoder_ids: (B, T), which begin with the start token; on the right they may be padded, for nobody looks
        ahead. memory: (B, S, C), from `encode`. memory_mask: (B, S), 0 at padding. Returns (B, T, V). Raises
        ValueError for other shapes, or when the cache is full or belongs to another memory.
        """
        check_ids(decoder_ids, "decoder_ids")
        if cache is not None and cache.memory is not memory:
            raise ValueError("the cache was made for another memory: make one with model.new_cache(memory, ...)")
        own = None if cache is None else cache.own
        place_tokens(decoder_ids, None, own)  # opens the pass; the bias needs no positions
        past = 0 if own is None else own.length
        bias = self.decoder_bias(decoder_ids.shape[1], past + decoder_ids.shape[1])  # (1, H, T, past + T)
        read = self.read(memory) if cache is None else cache.read
        read_mask = None if memory_mask is None else padding_mask(memory_mask)
        x = self.dropout(self.embed(decoder_ids, past))
        for layer, block in enumerate(self.decoder):
            x = block(x, bias, read[layer], read_mask, own, layer)
        if own is not None:
            own.advance(decoder_ids.shape[1])
        return self.head(self.dropout(self.decoder_norm(x)))

    def read(self, memory: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """For each block of the decoder, the keys and values of what the encoder read: two (B, H, S, D)."""
        return [block.cross_attn.keys_values(memory) for block in self.decoder]

    def head(self, x: torch.Tensor) -> torch.Tensor:
        """Logits: (B, T, C) → (B, T, V)."""
        x = x * self.config.d_model**-0.5 if self.config.scaled_head else x
        return x @ self.shared.weight.T if self.lm_head is None else self.lm_head(x)

    def forward(
        self, ids: torch.Tensor, decoder_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`encode`, then `decode`. ids, attention_mask: (B, S). decoder_ids: (B, T). Returns (B, T, V)."""
        return self.decode(decoder_ids, self.encode(ids, attention_mask), attention_mask)

    @torch.no_grad()
    def new_cache(self, memory: torch.Tensor, max_length: int) -> T5Cache:
        """A cache for writing up to `max_length` tokens (the start token counts) about what the encoder read."""
        config = self.config
        own = KVCache(
            config.decoder_layers,
            len(memory),
            config.num_heads,
            max_length,
            config.d_kv,
            device=memory.device,
            dtype=memory.dtype,
        )
        return T5Cache(own, self.read(memory), memory)


def check_ids(ids: torch.Tensor, name: str, attention_mask: torch.Tensor | None = None) -> None:
    """Refuse ids, or their mask, of a wrong shape."""
    if ids.ndim != 2 or not ids.shape[1]:
        raise ValueError(f"{name} must have shape (B, T) with T ≥ 1, got {tuple(ids.shape)}")
    if attention_mask is not None and attention_mask.shape != ids.shape:
        raise ValueError(
            f"attention_mask must have the ids' shape {tuple(ids.shape)}, got {tuple(attention_mask.shape)}"
        )


def shift_right(labels: torch.Tensor, start_id: int = 0) -> torch.Tensor:
    """What the decoder reads when it shall write `labels`: the start token, then all labels but the last.

    labels: (B, T). Returns (B, T).

    >>> shift_right(torch.tensor([[7, 8, 1]])).tolist()
    [[0, 7, 8]]
    """
    return F.pad(labels[:, :-1], (1, 0), value=start_id)
