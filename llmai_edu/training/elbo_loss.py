"""The loss of a variational autoencoder of sentences: the negative bound, with the usual cures of a collapsed code.

The bound: Kingma and Welling 2014. Warm-up and word dropout: Bowman et al. 2016. Free bits: Kingma et al. 2016.
"""

import torch

from llmai_edu.models.vae import SentenceVAE, drop_words, elbo_terms, free_bits

__all__ = ["VAELoss"]


class VAELoss:
    """The negative ELBO of a batch, in nats a sentence, for the `Trainer`; with the three cures of a collapse.

    floor: free nats a dimension. warmup: so many steps until the KL has its full weight (0: from the start).
    word_dropout: the share of words that the decoder does not see. weight: of the KL in the end; with 0 there is no
    noise either, and this is the loss of a plain autoencoder. generator: draws the noise and the words to drop.
    batch: a tuple whose last tensor is ids (B, T).
    """

    def __init__(
        self,
        generator: torch.Generator,
        *,
        floor: float = 0.0,
        warmup: int = 0,
        word_dropout: float = 0.0,
        weight: float = 1.0,
    ) -> None:
        self.generator, self.floor, self.warmup = generator, floor, warmup
        self.word_dropout, self.weight, self.steps = word_dropout, weight, 0

    def __call__(self, model: SentenceVAE, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        ids = batch[-1]
        noise = torch.randn(len(ids), model.latent, generator=self.generator).to(ids.device)
        seen = drop_words(
            ids, self.word_dropout, unknown=model.unknown, boundary=model.boundary, generator=self.generator
        )
        words, kl = elbo_terms(model, ids, noise if self.weight else 0 * noise, seen)
        self.steps += 1
        weight = self.weight * (min(1.0, self.steps / self.warmup) if self.warmup else 1.0)
        return words.mean() + weight * free_bits(kl, self.floor)

    def state_dict(self) -> dict:
        """How far the warm-up is, and the state of the generator."""
        return {"steps": self.steps, "generator": self.generator.get_state()}

    def load_state_dict(self, state: dict) -> None:
        """Go on from there."""
        self.steps = state["steps"]
        self.generator.set_state(state["generator"])
