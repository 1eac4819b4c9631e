"""Masking: who is chosen and what becomes of it, against the binomial distribution; the loss against transformers."""

import pytest
import torch
import transformers

from llmai_edu.models.bert import BertConfig, BertForMaskedLM
from llmai_edu.pretrained.bert import hub_name
from llmai_edu.training.masking import IGNORE, mask_tokens, masked_lm_loss

N, V, MASK = 200_000, 1000, 1000


def drawn(**shares):
    ids = torch.randint(V, (1, N), generator=torch.Generator().manual_seed(1))
    allowed = torch.arange(N)[None] % 10 > 0
    return ids, allowed, *mask_tokens(ids, allowed, MASK, V, torch.Generator().manual_seed(0), **shares)


def test_the_shares_are_those_asked_for():
    ids, allowed, inputs, labels = drawn()
    chosen = labels != IGNORE
    assert torch.equal(labels[chosen], ids[chosen])
    assert torch.equal(inputs[~chosen], ids[~chosen])
    assert not (chosen & ~allowed).any()
    n = chosen.sum().item()
    assert n / allowed.sum() == pytest.approx(0.15, abs=0.004)  # four standard deviations are 0.0034
    hidden, kept = (inputs[chosen] == MASK).sum() / n, (inputs[chosen] == ids[chosen]).sum() / n
    assert hidden.item() == pytest.approx(0.8, abs=0.01)
    assert kept.item() == pytest.approx(0.1 + 0.1 / V, abs=0.01)


def test_random_tokens_are_spread_over_the_vocabulary():
    _, _, inputs, labels = drawn(rate=1.0, masked=0.0, random=1.0)
    counts = inputs[labels != IGNORE].bincount(minlength=V)
    assert len(counts) == V
    mean = counts.float().mean()
    assert counts.max() < mean + 6 * mean.sqrt()
    assert counts.min() > mean - 6 * mean.sqrt()


def test_nothing_and_everything():
    _, allowed, inputs, labels = drawn(rate=1.0, masked=1.0, random=0.0)
    assert torch.equal(inputs == MASK, allowed)
    _, _, inputs, labels = drawn(rate=0.0)
    assert (labels == IGNORE).all()


@pytest.mark.parametrize("shares", [{"rate": 1.1}, {"masked": -0.1}, {"masked": 0.8, "random": 0.3}])
def test_shares_outside_their_range_are_refused(shares):
    with pytest.raises(ValueError, match="must be shares from 0 to 1"):
        drawn(**shares)


def test_the_loss_is_that_of_transformers():
    sizes = {"vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2}
    sizes |= {"intermediate_size": 30, "max_position_embeddings": 16}
    theirs = transformers.BertForMaskedLM(transformers.BertConfig(**sizes, initializer_range=0.2)).eval()
    ours = BertForMaskedLM(BertConfig(**sizes)).eval()
    ours.load_state_dict({name: theirs.state_dict()[hub_name(name)] for name in ours.state_dict()})
    ids = torch.randint(1, 50, (3, 12), generator=torch.Generator().manual_seed(0))
    real = torch.arange(12) < torch.tensor([[12], [5], [9]])
    inputs, labels = mask_tokens(ids, real, 49, 49, torch.Generator().manual_seed(0), rate=0.4)
    expected = theirs(inputs, attention_mask=real.long(), labels=labels).loss
    torch.testing.assert_close(masked_lm_loss(ours, inputs, labels, real.long()), expected, rtol=1e-5, atol=1e-5)
    with pytest.raises(ValueError, match="no token was chosen"):
        masked_lm_loss(ours, inputs, torch.full_like(labels, IGNORE))
