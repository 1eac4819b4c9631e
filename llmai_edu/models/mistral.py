"""Mistral 7B: a Llama whose tokens look back through a window (Jiang et al. 2023)."""

from dataclasses import dataclass
from numbers import Integral

import torch

from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig


@dataclass(frozen=True)
class MistralConfig(LlamaConfig):
    """The shape of a Llama, and how far back its tokens look.

    Raises ValueError as LlamaConfig does, and for a window below 1.

    >>> MistralConfig(256, 64, 192, 2, 4, 2, 512, sliding_window=32).sliding_window
    32
    """

    sliding_window: int | None = 4096  # tokens that a token sees, itself included; None: all

    def __post_init__(self) -> None:
        super().__post_init__()
        window = self.sliding_window
        if window is not None and (not isinstance(window, Integral) or window < 1):
            raise ValueError(f"sliding_window must be a positive whole number, or None, got {window!r}")


class Mistral(Llama):
    """A Llama in which a token sees itself and the `sliding_window - 1` tokens before it, in every layer.

    Layer upon layer it still hears of what lies further back: a token of the window has seen a window of its own. What
    nobody sees any more, the cache forgets, so that the thousandth window costs no more than the second.

    Called as Llama.

    >>> config = MistralConfig(256, 64, 192, 2, 4, 2, max_position_embeddings=512, sliding_window=8)
    >>> model = Mistral(config, generator=torch.Generator().manual_seed(0))
    >>> cache = model.new_cache()
    >>> logits = model(torch.arange(100)[None], cache)
    >>> cache.length, cache.stored                        # read, and remembered
    (100, 100)
    >>> logits = model(torch.tensor([[100]]), cache)
    >>> cache.length, cache.stored                        # the window of 8, the new token included
    (101, 8)
    """

    def __init__(self, config: MistralConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__(config, generator=generator)
        self.window = config.sliding_window
