"""The GRPO loop: the gradient at the start is REINFORCE's, parts change nothing, and a bandit is solved."""

import copy
import math

import pytest
import torch

from llmai_edu.finetuning.grpo import group_advantages
from llmai_edu.finetuning.grpo_loop import grpo_step, train_grpo
from llmai_edu.finetuning.rollouts import sample_group, token_log_probs
from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig


def llama(seed=0):
    return Llama(LlamaConfig(8, 16, 32, 1, 2, 1, 16), generator=torch.Generator().manual_seed(seed)).eval()


def rollouts(model, seed=0):
    return sample_group(model, [[1, 2], [3]], 4, 3, stop_ids=[0], generator=torch.Generator().manual_seed(seed))


def gradients(model):
    return torch.cat([weight.grad.flatten() for weight in model.parameters()])


def test_the_first_gradient_is_that_of_reinforce():
    """While new and old agree, the ratio is 1 and its gradient that of the log-probability (Williams 1992)."""
    ours, plain = llama(), llama()
    drawn, rewards = rollouts(ours), torch.arange(8.0)
    grpo_step(ours, torch.optim.SGD(ours.parameters(), 0.0), drawn, rewards, max_norm=1e9)
    counted = drawn.counted[:, 1:]
    each = (token_log_probs(plain, drawn.ids) * counted).sum(1) / counted.sum(1)
    (-(group_advantages(rewards.view(2, 4)).flatten() * each).mean()).backward()
    torch.testing.assert_close(gradients(ours), gradients(plain), atol=1e-6, rtol=1e-4)
    assert gradients(plain).norm() > 1e-3


@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_parts_give_the_gradient_of_the_whole(beta):
    whole, parts, reference = llama(), llama(), llama(1)
    drawn, rewards = rollouts(whole), [1.0, 0.0, 0.0, 0.5, 0.0, 1.0, 1.0, 0.0]
    steps = [
        grpo_step(
            model,
            torch.optim.SGD(model.parameters(), 0.0),
            drawn,
            rewards,
            rows=rows,
            reference=reference,
            beta=beta,
            max_norm=1e9,
        )
        for model, rows in ((whole, None), (parts, 3))
    ]
    torch.testing.assert_close(gradients(whole), gradients(parts), atol=1e-6, rtol=1e-4)
    assert steps[0].kl == pytest.approx(steps[1].kl, rel=1e-4)
    assert steps[0].kl > 0


def test_what_a_step_reports():
    model = llama()
    drawn = rollouts(model)
    before = copy.deepcopy(model.state_dict())
    found = grpo_step(model, torch.optim.SGD(model.parameters(), 0.1), drawn, [1, 1, 1, 1, 0, 1, 0, 0])
    assert found.reward == pytest.approx(5 / 8)
    assert found.teaching == 0.5
    assert found.length == pytest.approx(drawn.counted.sum().item() / 8)
    assert math.isnan(found.kl)
    assert any(not torch.equal(before[name], now) for name, now in model.state_dict().items())


def test_equal_rewards_teach_nothing():
    model = llama()
    before = copy.deepcopy(model.state_dict())
    grpo_step(model, torch.optim.SGD(model.parameters(), 1.0), rollouts(model), torch.ones(8))
    assert all(torch.equal(before[name], now) for name, now in model.state_dict().items())


def test_a_rule_is_learned():
    """Worth 1: an answer that begins with token 5, whatever the prompt. Drawn blindly, one in eight does."""
    model, generator = llama(), torch.Generator().manual_seed(0)
    heard = []
    history = train_grpo(
        model,
        torch.optim.AdamW(model.parameters(), 1e-2),
        lambda: [[1], [2, 3]],
        lambda drawn, prompts: [float(answer[:1] == [5]) for answer in drawn.answers],
        steps=40,
        group=8,
        max_new_tokens=2,
        stop_ids=[0],
        generator=generator,
        report=lambda step, found: heard.append((step, found.reward)),
        updates=2,
    )
    assert heard == [(step, found.reward) for step, found in enumerate(history, 1)]
    assert sum(found.reward for found in history[:3]) / 3 < 0.4
    assert history[-1].reward > 0.9


def test_the_number_of_rewards_is_held():
    model = llama()
    with pytest.raises(ValueError, match="8 answers need as many rewards"):
        grpo_step(model, torch.optim.SGD(model.parameters(), 0.1), rollouts(model), [1.0, 0.0])
