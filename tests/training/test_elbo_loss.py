"""The VAE's loss: equal to its parts, warm-up, the plain autoencoder, and going on from a checkpoint."""

import pytest
import torch

from llmai_edu.models.vae import SentenceVAE, cross_entropies, drop_words, elbo_terms, free_bits, pad_sentences
from llmai_edu.training import VAELoss

IDS = pad_sentences([[3, 4, 5], [7], [1, 2, 3, 4, 5]], boundary=12)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make():
    return SentenceVAE(12, latent=3, channels=5, hidden=6, generator=seeded())


def test_equals_the_bound_with_the_same_noise():
    model, generator = make(), seeded(1)
    noise = torch.randn(3, 3, generator=generator)
    seen = drop_words(IDS, 0.5, unknown=0, boundary=12, generator=generator)
    words, kl = elbo_terms(model, IDS, noise, seen)
    loss = VAELoss(seeded(1), word_dropout=0.5, floor=0.4)(model, (IDS,))
    torch.testing.assert_close(loss, words.mean() + free_bits(kl, 0.4))


def test_without_weight_it_is_a_plain_autoencoder():
    model = make()
    loss = VAELoss(seeded(1), weight=0.0)(model, (IDS,))
    logits, _ = model.decode(model.encode(IDS)[0], IDS[:, :-1])
    torch.testing.assert_close(loss, cross_entropies(logits, IDS[:, 1:], 12).mean())


@pytest.mark.parametrize(("step", "weight"), [(1, 0.25), (2, 0.5), (4, 1.0), (9, 1.0)])
def test_warm_up_raises_the_weight_of_the_kl(step, weight):
    model, losses = make(), []
    for warmup in (0, 4):
        loss = VAELoss(seeded(1), warmup=warmup)
        loss.steps = step - 1
        losses.append(loss(model, (IDS,)))
    kl = elbo_terms(model, IDS, torch.zeros(3, 3))[1].sum(1).mean()
    torch.testing.assert_close(losses[0] - losses[1], (1 - weight) * kl, atol=1e-5, rtol=1e-4)


def test_goes_on_from_a_checkpoint():
    model, loss = make(), VAELoss(seeded(1), warmup=10, word_dropout=0.3)
    loss(model, (IDS,))
    state = {name: value.clone() if torch.is_tensor(value) else value for name, value in loss.state_dict().items()}
    further = loss(model, (IDS,))
    again = VAELoss(seeded(99), warmup=10, word_dropout=0.3)
    again.load_state_dict(state)
    torch.testing.assert_close(again(model, (IDS,)), further)
