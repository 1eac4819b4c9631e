"""Qwen3: a Llama that normalizes its queries and keys, with heads of a size of their own (Yang et al. 2025)."""

from dataclasses import dataclass

import torch

from llmai_edu.models.llama import Llama, LlamaAttention, LlamaBlock, RMSNorm
from llmai_edu.models.llama_config import LlamaConfig


@dataclass(frozen=True)
class Qwen3Config(LlamaConfig):
    """The shape of a Llama in which the size of a head does not follow from the number of channels.

    Qwen3-0.6B has 1,024 channels, and 16 heads of 128: twice as many channels in the heads as outside.

    Raises ValueError as LlamaConfig does, and for a head size that is odd.

    >>> config = Qwen3Config(256, 64, 192, 2, 4, 2, 512, head_dim=32)
    >>> config.num_attention_heads * config.head_dim, config.hidden_size
    (128, 64)
    """

    head_dim: int = 128  # D

    def check_head_dim(self) -> None:
        """Refuse an odd head size: channels are turned in pairs."""
        if self.head_dim % 2:
            raise ValueError(f"head_dim must be even, got {self.head_dim}: channels are turned in pairs")


class Qwen3Attention(LlamaAttention):
    """Every head's queries and keys are scaled to one length before they are turned.

    So no score can grow without bounds in training, whatever the weights become: their size leaves it to `q_norm`
    and `k_norm`, which all heads of a layer share. Henry et al. 2020, "Query-Key Normalization for Transformers".
    """

    def __init__(self, config: Qwen3Config, layer: int) -> None:
        super().__init__(config, layer)
        self.q_norm = RMSNorm(config.head_dim, config.rms_norm_eps)
        self.k_norm = RMSNorm(config.head_dim, config.rms_norm_eps)

    def queries_and_keys(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """As in a Llama, then normalized over the D channels of each head."""
        q, k = super().queries_and_keys(x)
        return self.q_norm(q), self.k_norm(k)


class Qwen3Block(LlamaBlock):
    """A Llama's block around `Qwen3Attention`."""

    attention_type = Qwen3Attention


class Qwen3(Llama):
    """A Llama built of `Qwen3Block`; called as Llama.

    >>> config = Qwen3Config(256, 64, 192, 2, 4, 2, max_position_embeddings=512, head_dim=32)
    >>> model = Qwen3(config, generator=torch.Generator().manual_seed(0))
    >>> model(torch.tensor([[72, 105]])).shape            # (B, T, V)
    torch.Size([1, 2, 256])
    >>> model.layers[0].self_attn.q_proj.weight.shape     # (C, H·D)
    torch.Size([64, 128])
    """

    block_type = Qwen3Block
