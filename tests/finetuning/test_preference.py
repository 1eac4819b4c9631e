"""The losses of preferences against cases worked by hand, and what training on them does."""

import math

import pytest
import torch

from llmai_edu.finetuning.preference import dpo_loss, reward_loss, sequence_log_probs


def test_only_the_tokens_of_the_answer_count():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 7, generator=generator)
    ids = torch.randint(7, (2, 5), generator=generator)
    counted = torch.tensor([[1, 0, 1, 1, 0], [0, 0, 0, 0, 1]])
    probs = logits.softmax(-1)
    want = [
        math.log(probs[0, 1, ids[0, 2]] * probs[0, 2, ids[0, 3]]),
        math.log(probs[1, 3, ids[1, 4]]),
    ]
    torch.testing.assert_close(sequence_log_probs(logits, ids, counted), torch.tensor(want))


def test_dpo_by_hand():
    """β [(-1 + 2) - (-3 + 2)] = 0.5 · 2 = 1, and [(-4 + 1) - (-1 + 2)] · 0.5 = -2."""
    result = dpo_loss(
        torch.tensor([-1.0, -4.0]),
        torch.tensor([-3.0, -1.0]),
        torch.tensor([-2.0, -1.0]),
        torch.tensor([-2.0, -2.0]),
        0.5,
    )
    want = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(2))) / 2
    assert result.loss.item() == pytest.approx(want, rel=1e-6)
    assert result.accuracy == 0.5
    assert result.margin == pytest.approx(-0.5)


def test_its_gradient_is_that_of_the_paper():
    """Rafailov et al. 2023, section 4: -β σ(-margin) for the better answer, the opposite for the worse."""
    better, worse = torch.tensor([-1.0], requires_grad=True), torch.tensor([-2.0], requires_grad=True)
    dpo_loss(better, worse, torch.tensor([-1.5]), torch.tensor([-1.0]), 0.3).loss.backward()
    weight = 0.3 / (1 + math.exp(0.3 * ((-1 + 1.5) - (-2 + 1))))
    assert better.grad.item() == pytest.approx(-weight, rel=1e-6)
    assert worse.grad.item() == pytest.approx(weight, rel=1e-6)


def test_the_reward_loss_recovers_known_worths():
    """Preferences drawn by Bradley and Terry's rule from known worths: the fitted worths come out near them."""
    generator = torch.Generator().manual_seed(0)
    truth = torch.tensor([0.0, 1.0, 2.0, -1.0])
    pairs = torch.randint(4, (20_000, 2), generator=generator)
    first = torch.rand(len(pairs), generator=generator) < (truth[pairs[:, 0]] - truth[pairs[:, 1]]).sigmoid()
    better = torch.where(first, pairs[:, 0], pairs[:, 1])
    worse = torch.where(first, pairs[:, 1], pairs[:, 0])
    worth = torch.zeros(4, requires_grad=True)
    optimizer = torch.optim.LBFGS([worth], max_iter=50)

    def closure():
        optimizer.zero_grad()
        loss = reward_loss(worth[better], worth[worse])
        loss.backward()
        return loss

    optimizer.step(closure)
    fitted = worth.detach() - worth.detach().mean()
    torch.testing.assert_close(fitted, truth - truth.mean(), atol=0.1, rtol=0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: sequence_log_probs(torch.zeros(1, 3, 2), torch.zeros(1, 3).long(), torch.zeros(1, 3)), "no token"),
        (lambda: sequence_log_probs(torch.zeros(1, 3, 2), torch.zeros(1, 2).long(), torch.ones(1, 2)), "do not fit"),
        (lambda: dpo_loss(*[torch.zeros(1)] * 4, beta=0), "above 0"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
