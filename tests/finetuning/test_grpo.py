"""GRPO against cases worked by hand, the exact distance on a small vocabulary, and a bandit that it must solve."""

import math

import pytest
import torch

from llmai_edu.finetuning.grpo import group_advantages, grpo_loss, kl_to_reference


def test_advantages_by_hand():
    """Rewards 1, 0, 0, 1: mean 0.5, standard deviation √(1/3)."""
    got = group_advantages(torch.tensor([[1.0, 0.0, 0.0, 1.0], [3.0, 3.0, 3.0, 3.0]]))
    want = 0.5 / math.sqrt(1 / 3)
    torch.testing.assert_close(got, torch.tensor([[want, -want, -want, want], [0.0] * 4]), atol=1e-5, rtol=0)


def test_the_loss_by_hand():
    """Ratios 1.5 and 0.5. Advantage 1 clips the first at 1.2; advantage -1 clips the second at 0.8."""
    new = torch.tensor([[math.log(1.5), math.log(0.5)], [math.log(1.5), math.log(0.5)]])
    old, counted = torch.zeros(2, 2), torch.ones(2, 2)
    loss = grpo_loss(new, old, torch.tensor([1.0, -1.0]), counted)
    good, bad = (1.2 + 0.5) / 2, (-1.5 - 0.8) / 2
    assert loss.item() == pytest.approx(-(good + bad) / 2, rel=1e-6)


def test_what_does_not_count_and_what_is_clipped_has_no_gradient():
    new = torch.tensor([[math.log(1.5), 0.0, 0.0]], requires_grad=True)
    grpo_loss(new, torch.zeros(1, 3), torch.tensor([1.0]), torch.tensor([[1.0, 1.0, 0.0]])).backward()
    assert new.grad[0, 0] == 0
    assert new.grad[0, 1].item() == pytest.approx(-0.5)
    assert new.grad[0, 2] == 0


def test_the_estimate_of_the_distance_is_right_on_the_mean():
    policy, reference = torch.tensor([0.5, 0.3, 0.2]).log(), torch.tensor([0.2, 0.2, 0.6]).log()
    each = kl_to_reference(policy[None], reference[None])[0]
    exact = (policy.exp() * (policy - reference)).sum()
    assert (policy.exp() * each).sum().item() == pytest.approx(exact.item(), rel=1e-5)
    assert (each >= 0).all()
    loss = grpo_loss(policy[None], policy[None], torch.zeros(1), torch.ones(1, 3), reference=reference[None], beta=2.0)
    assert loss.item() == pytest.approx(2 * each.mean().item(), rel=1e-5)


def test_it_finds_the_rewarded_answer():
    """Five answers of one token, one of them rewarded: the probability of that one rises from a fifth to most."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.zeros(5, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.1)
    for _ in range(60):
        drawn = torch.multinomial(logits.detach().softmax(-1), 16, replacement=True, generator=generator)
        advantages = group_advantages((drawn == 3).float()[None])[0]
        new = logits.log_softmax(-1)[drawn][:, None]
        loss = grpo_loss(new, new.detach(), advantages, torch.ones(16, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert logits.softmax(-1)[3] > 0.8


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: group_advantages(torch.ones(3, 1)), "at least two"),
        (lambda: grpo_loss(*[torch.zeros(1, 2)] * 2, torch.ones(1), torch.zeros(1, 2)), "no token"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
