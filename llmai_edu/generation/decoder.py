"""What `generate` asks of a model: that it reads tokens into a cache, and gives a logit for every next one."""

from collections.abc import Iterator
from typing import Any, Protocol

import torch


class Shape(Protocol):
    """The part of a configuration that bounds a text."""

    @property
    def vocab_size(self) -> int: ...

    @property
    def max_position_embeddings(self) -> int: ...


class Decoder(Protocol):
    """A language model that reads from left to right: GPT, Llama, Mistral, Qwen3, or one of your own.

    Nobody derives from this class: a module with these members is a decoder.

    >>> from llmai_edu.models.gpt import GPT, GPTConfig
    >>> model: Decoder = GPT(GPTConfig(vocab_size=256, n_positions=64, n_embd=32, n_layer=2, n_head=4))
    >>> model.config.vocab_size, model.config.max_position_embeddings
    (256, 64)
    """

    @property
    def config(self) -> Shape: ...

    @property
    def training(self) -> bool: ...

    def parameters(self) -> Iterator[torch.nn.Parameter]: ...

    def new_cache(self, batch_size: int = 1, max_length: int | None = None) -> Any:
        """An empty cache for texts of up to `max_length` tokens."""
        ...

    def __call__(
        self,
        ids: torch.Tensor,
        cache: Any = None,
        *,
        attention_mask: torch.Tensor | None = None,
        last_only: bool = False,
    ) -> torch.Tensor:
        """Logits (B, T, V), or (B, 1, V) of the last position alone, for ids (B, T) that go on from the cache."""
        ...


def check_mode(model: Decoder) -> None:
    """Refuse a model that would drop connections at random while it writes, with a ValueError that says what to do."""
    if model.training and getattr(model.config, "dropout", 0):
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
