"""Texts in, vectors out: MiniLM as one function, which is all that an index wants to know of a model."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from llmai_edu.pretrained.minilm import embed_sentences, load_minilm
from llmai_edu.tokenizers.wordpiece import minilm_tokenizer

__all__ = ["Encoder", "minilm_encoder"]

Encoder = Callable[[Sequence[str]], np.ndarray]


@cache
def minilm_encoder(device: str = "cpu") -> Encoder:
    """Return a function from N texts to their (N, 384) float32 vectors of length 1 (Reimers and Gurevych 2019).

    A text longer than 256 tokens is cut off there. The model is loaded once for each device, and fetched first (84 MB)
    if it is not in the cache. Raises DataError when it cannot be had; the function raises ValueError for a single text.

    >>> encode = minilm_encoder()                          # doctest: +SKIP
    >>> encode(["My card is lost.", "Where is it?"]).shape  # doctest: +SKIP
    (2, 384)
    """
    model, tokenizer = load_minilm(device), minilm_tokenizer()

    def encode(texts: Sequence[str]) -> np.ndarray:
        return embed_sentences(model, tokenizer, texts)

    return encode
