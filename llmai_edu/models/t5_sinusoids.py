"""A T5 that is also told the place of each token by a wave, as in the first Transformer."""

import torch

from llmai_edu.models.positions import sinusoidal_positions
from llmai_edu.models.t5 import T5

__all__ = ["SinusoidT5"]


class SinusoidT5(T5):
    """A T5 with the waves of Vaswani et al. 2017 added to its embeddings, in encoder and decoder.

    T5's relative bias tells how far apart two tokens of *one* text are. Between the texts there is no bias: the decoder
    cannot look at "the same place" of the source. With the waves it can. The state is that of a T5: nothing is learned
    for them.

    >>> from llmai_edu.models.t5 import T5Config
    >>> config = T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    >>> SinusoidT5(config).embed(torch.tensor([[5, 5]])).shape     # (B, T, C); two places, two vectors
    torch.Size([1, 2, 32])
    """

    def embed(self, ids: torch.Tensor, past: int = 0) -> torch.Tensor:
        """Embeddings plus waves: (B, T) → (B, T, C). past: how many tokens stand before `ids`."""
        x = self.shared(ids)
        waves = sinusoidal_positions(past + ids.shape[1], self.config.d_model)[past:]  # (T, C)
        return x + waves.to(x)
