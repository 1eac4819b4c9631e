"""The sentence VAE: KL by hand and by torch.distributions, gradients by finite differences, ln p by brute force."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from llmai_edu.models.vae import (
    SentenceVAE,
    cross_entropies,
    decode_words,
    drop_words,
    elbo_terms,
    first_boundary,
    free_bits,
    gaussian_kl,
    importance_bound,
    interpolate,
    pad_sentences,
    reparameterize,
)

BOUNDARY = 12
SENTENCES = [[3, 4, 5], [7], [1, 2, 3, 4, 5]]
IDS = pad_sentences(SENTENCES, BOUNDARY)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(**options):
    return SentenceVAE(BOUNDARY, latent=3, channels=5, hidden=6, generator=seeded(), **options)


def test_kl_by_hand():
    mean, var = torch.tensor([0.0, 3.0, 0.0, 1.0]), torch.tensor([1.0, 1.0, math.e, 0.25])
    want = torch.tensor([0.0, 4.5, (math.e - 2) / 2, (1 + 0.25 - 1 + math.log(4)) / 2])
    torch.testing.assert_close(gaussian_kl(mean, var.log()), want)


def test_kl_equals_torchs_and_is_never_negative():
    mean, log_var = 2 * torch.randn(2, 50, 7, generator=seeded())
    kl = gaussian_kl(mean, log_var)
    torch.testing.assert_close(kl, kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0.0, 1.0)))
    assert kl.min() >= 0


def test_reparameterized_draws_have_the_mean_and_the_variance():
    z = reparameterize(torch.tensor(2.0), torch.tensor(9.0).log(), torch.randn(100_000, generator=seeded()))
    assert abs(z.mean() - 2) < 0.05
    assert abs(z.std() - 3) < 0.05


def test_the_gradient_passes_through_a_draw():
    mean, log_var, noise = torch.randn(3, 4, dtype=torch.float64, generator=seeded())
    mean.requires_grad_()
    log_var.requires_grad_()
    assert torch.autograd.gradcheck(lambda m, v: reparameterize(m, v, noise).sin(), (mean, log_var))
    reparameterize(mean, log_var, noise).sum().backward()
    torch.testing.assert_close(mean.grad, torch.ones(4, dtype=torch.float64))
    torch.testing.assert_close(log_var.grad, (log_var / 2).exp().detach() * noise / 2)


def test_the_bounds_gradient_equals_finite_differences():
    model, noise = make().double(), torch.randn(3, 3, dtype=torch.float64, generator=seeded(1))

    def bound():
        words, kl = elbo_terms(model, IDS, noise)
        return words.sum() + kl.sum()

    bound().backward()
    for name, weight in model.named_parameters():
        place = int(weight.grad.abs().argmax())
        with torch.no_grad():
            weight.view(-1)[place] += 1e-5
            above = bound()
            weight.view(-1)[place] -= 2e-5
            below = bound()
            weight.view(-1)[place] += 1e-5
        assert (above - below).item() / 2e-5 == pytest.approx(weight.grad.view(-1)[place].item(), rel=1e-5), name


def test_padding_is_undone_by_the_first_boundary():
    assert IDS.shape == (3, 7)
    assert first_boundary(IDS[:, 1:], BOUNDARY).tolist() == [3, 1, 5]
    assert first_boundary(torch.tensor([[1, 2]]), BOUNDARY).tolist() == [2]


def test_filling_changes_nothing():
    model, longer = make(), torch.cat((IDS, torch.full((3, 4), BOUNDARY)), dim=1)
    noise = torch.randn(3, 3, generator=seeded(1))
    for ours, theirs in zip(elbo_terms(model, IDS, noise), elbo_terms(model, longer, noise)):
        torch.testing.assert_close(ours, theirs)
    alone = elbo_terms(model, pad_sentences(SENTENCES[:1], BOUNDARY), noise[:1])[0]
    torch.testing.assert_close(alone, elbo_terms(model, IDS, noise)[0][:1])


def test_a_sentence_costs_its_words_and_one_boundary():
    logits = torch.randn(3, 6, BOUNDARY + 1, generator=seeded())
    want = [
        F.cross_entropy(row[: len(s) + 1], torch.tensor([*s, BOUNDARY]), reduction="sum")
        for row, s in zip(logits, SENTENCES)
    ]
    torch.testing.assert_close(cross_entropies(logits, IDS[:, 1:], BOUNDARY), torch.stack(want))


def test_free_bits_below_the_floor_have_no_gradient():
    kl = torch.tensor([[0.1, 3.0], [0.3, 1.0]], requires_grad=True)
    charged = free_bits(kl, 0.5)
    charged.backward()
    assert charged.item() == 2.5
    assert kl.grad.tolist() == [[0.0, 0.5], [0.0, 0.5]]
    torch.testing.assert_close(free_bits(kl, 0.0), kl.sum(1).mean())


def test_word_dropout_takes_its_share_of_words_and_no_boundary():
    ids = torch.full((100, 200), 5)
    ids[:, ::10] = BOUNDARY
    seen = drop_words(ids, 0.3, unknown=0, boundary=BOUNDARY, generator=seeded())
    assert (seen[:, ::10] == BOUNDARY).all()
    assert abs((seen == 0).sum() / (ids == 5).sum() - 0.3) < 0.02
    assert set(seen.unique().tolist()) == {0, 5, BOUNDARY}
    assert torch.equal(drop_words(ids, 0.0, unknown=0, boundary=BOUNDARY), ids)
    with pytest.raises(ValueError, match="from 0 to 1"):
        drop_words(ids, 30, unknown=0, boundary=BOUNDARY)


def test_what_the_decoder_sees_is_not_what_it_must_write():
    model, noise = make(), torch.zeros(3, 3)
    hidden = drop_words(IDS, 1.0, unknown=0, boundary=BOUNDARY)
    words, kl = elbo_terms(model, IDS, noise, hidden)
    mean, log_var = model.encode(IDS)
    logits, _ = model.decode(mean, hidden[:, :-1])
    torch.testing.assert_close(words, cross_entropies(logits, IDS[:, 1:], BOUNDARY))
    torch.testing.assert_close(kl, gaussian_kl(mean, log_var))


def test_decoding_word_by_word_equals_decoding_at_once():
    model, z = make(), torch.randn(3, 3, generator=seeded(1))
    state, pieces = None, []
    for piece in IDS.split([1, 2, 4], dim=1):
        logits, state = model.decode(z, piece, state)
        pieces.append(logits)
    torch.testing.assert_close(torch.cat(pieces, dim=1), model.decode(z, IDS)[0])


def test_the_likeliest_words_are_the_same_each_time_and_each_is_the_likeliest():
    model, z = make(), 3 * torch.randn(8, 3, generator=seeded(1))
    written = decode_words(model, z, longest=6)
    assert written == decode_words(model, z, longest=6)
    for row, words in zip(z, written):
        assert len(words) <= 6
        assert model.unknown not in words
        assert BOUNDARY not in words
        logits = model.decode(row[None], torch.tensor([[BOUNDARY, *words]]))[0][0]
        logits[:, model.unknown] = -torch.inf
        best = logits.argmax(1).tolist()
        assert best[: len(words)] == words
        assert len(words) == 6 or best[-1] == BOUNDARY


def test_drawn_words_follow_the_generator():
    model, z = make(), torch.zeros(20, 3)
    first = decode_words(model, z, 6, generator=seeded(2))
    assert first == decode_words(model, z, 6, generator=seeded(2))
    assert first != decode_words(model, z, 6, generator=seeded(3))


def test_one_draw_of_the_tighter_bound_is_the_elbo_on_average_and_more_are_tighter():
    model = make()
    with torch.no_grad():
        model.to_mean.weight *= 5  # clouds far from standard, so that the bound is loose
        many_times = IDS.repeat(4000, 1)  # (12000, T): each sentence 4,000 times
        words, kl = elbo_terms(model, many_times, torch.randn(12_000, 3, generator=seeded(4)))
        elbo = (words + kl.sum(1)).view(4000, 3).mean(0)
        generator = seeded(5)
        one = importance_bound(model, many_times, 1, generator=generator).view(4000, 3).mean(0)
        many = importance_bound(model, IDS, 1000, generator=generator)
    torch.testing.assert_close(one, elbo, atol=0.15, rtol=0)
    assert (many < one).all()


@torch.no_grad()
def test_the_tighter_bound_comes_to_ln_p():
    model = make()
    draws = torch.randn(20_000, 3, generator=seeded(7))  # ln p by brute force: the mean over the prior
    row = IDS[:1].expand(len(draws), -1)
    nats = cross_entropies(model.decode(draws, row[:, :-1])[0], row[:, 1:], BOUNDARY)
    truth = math.log(len(draws)) - torch.logsumexp(-nats, 0)
    bound = importance_bound(model, IDS[:1], 3000, generator=seeded(8))
    torch.testing.assert_close(bound[0], truth, atol=0.01, rtol=0)


def test_the_walk_is_straight_and_keeps_its_ends():
    a, b = torch.randn(2, 4, generator=seeded())
    walk = interpolate(a, b, 5)
    torch.testing.assert_close(walk[[0, 4]], torch.stack((a, b)))
    torch.testing.assert_close(walk.diff(dim=0), ((b - a) / 4).expand(4, 4))


def test_the_generator_decides_all_weights():
    first, again = make().state_dict(), make().state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
