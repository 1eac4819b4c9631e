"""Each step against transformers' own, its empirical distribution against the exact one, and their composition."""

import pytest
import torch
from scipy.stats import chisquare
from transformers.generation import MinPLogitsWarper, RepetitionPenaltyLogitsProcessor

from llmai_edu.generation.steps import (
    frequency_penalty,
    keep_min_p,
    min_p,
    probs_after,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
)

IDS = torch.tensor([[0, 2, 2], [5, 1, 0]])


def logits(seed: int = 0) -> torch.Tensor:
    return 2 * torch.randn(2, 8, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("p", [0.05, 0.3, 1.0])
def test_min_p_is_transformers(p):
    torch.testing.assert_close(keep_min_p(logits(), p), MinPLogitsWarper(p)(IDS, logits()))


@pytest.mark.parametrize("value", [0.8, 1.0, 1.7])
def test_the_repetition_penalty_is_transformers(value):
    theirs = RepetitionPenaltyLogitsProcessor(value)(IDS, logits())
    torch.testing.assert_close(repetition_penalty(value)(logits(), IDS), theirs)


def test_counts_are_those_of_each_row():
    got = frequency_penalty(1.0, once=10.0)(torch.zeros(2, 8), IDS)
    assert got[0].tolist() == [-11, 0, -12, 0, 0, 0, 0, 0]
    assert got[1].tolist() == [-11, -11, 0, 0, 0, -11, 0, 0]
    assert torch.equal(frequency_penalty(1.0)(torch.zeros(1, 8), torch.zeros(1, 0).long()), torch.zeros(1, 8))


CHAINS = {
    "temperature": [temperature(0.7)],
    "top-k": [top_k(3)],
    "top-p": [top_p(0.7)],
    "min-p": [min_p(0.2)],
    "repetition": [repetition_penalty(1.5)],
    "frequency": [frequency_penalty(0.6, 0.3)],
    "all": [repetition_penalty(1.2), temperature(0.9), top_k(6), top_p(0.95), min_p(0.02)],
}


@pytest.mark.parametrize("chain", CHAINS)
def test_draws_have_the_exact_distribution(chain):
    """20,000 draws against the distribution computed by hand in float64, one token at a time."""
    z, row = logits(3), IDS[:1]
    probs = probs_after(z[:1], row, CHAINS[chain])[0]
    exact = z[0].double()
    for step in CHAINS[chain]:
        exact = step(exact[None], row)[0]
    exact = (exact - exact.max()).exp()
    exact = exact / exact.sum()
    torch.testing.assert_close(probs.double(), exact, atol=1e-6, rtol=0)
    draws = torch.multinomial(probs, 20_000, replacement=True, generator=torch.Generator().manual_seed(0))
    counts, left = torch.bincount(draws, minlength=8), exact > 0
    assert counts[~left].sum() == 0
    assert left.sum() < 2 or chisquare(counts[left].numpy(), 20_000 * exact[left].numpy()).pvalue > 1e-4


def test_the_order_of_the_steps_matters():
    z = torch.tensor([[0.5, 0.3, 0.2]]).log()
    none = torch.zeros(1, 0).long()
    cooled_first = probs_after(z, none, [temperature(0.5), top_p(0.6)])
    cut_first = probs_after(z, none, [top_p(0.6), temperature(0.5)])
    assert cooled_first.tolist() == [[1, 0, 0]]
    assert (cut_first[0] > 0).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "make",
    [lambda: temperature(0), lambda: top_k(0), lambda: top_p(0), lambda: min_p(2), lambda: repetition_penalty(0)],
)
def test_values_without_a_meaning_are_refused_when_the_step_is_made(make):
    with pytest.raises(ValueError, match="must be"):
        make()


def test_rows_must_fit():
    with pytest.raises(ValueError, match=r"logits must be \(B, V\)"):
        probs_after(torch.zeros(3), IDS, [])
