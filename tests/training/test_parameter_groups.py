"""Which parameters decay, and that the fused step is torch's plain one."""

import copy

import pytest
import torch
from torch import nn

from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.training.parameter_groups import adamw, decay_groups


def small() -> GPT:
    config = GPTConfig(vocab_size=11, n_positions=8, n_embd=8, n_layer=2, n_head=2)
    return GPT(config, generator=torch.Generator().manual_seed(0))


def test_every_parameter_is_in_one_group_and_only_matrices_decay():
    model = small()
    matrices, rest = decay_groups(model, 0.1)
    assert len(matrices["params"]) + len(rest["params"]) == len(list(model.parameters()))
    assert {p.ndim for p in matrices["params"]} == {2}
    assert {p.ndim for p in rest["params"]} == {1}


def test_frozen_parameters_stay_out():
    model = small()
    model.wte.requires_grad_(False)
    assert all(p is not model.wte.weight for group in decay_groups(model, 0.1) for p in group["params"])
    with pytest.raises(ValueError, match="requires_grad"):
        decay_groups(nn.Linear(1, 1).requires_grad_(False), 0.1)


def test_a_few_steps_equal_the_plain_optimizer():
    ours = small()
    theirs = copy.deepcopy(ours)
    optimizers = [
        adamw(ours, 1e-2),
        torch.optim.AdamW(decay_groups(theirs, 0.1), lr=1e-2, betas=(0.9, 0.95), fused=False),
    ]
    ids = torch.randint(11, (3, 8), generator=torch.Generator().manual_seed(1))
    for _ in range(5):
        for model, optimizer in zip((ours, theirs), optimizers):
            optimizer.zero_grad()
            model(ids).logsumexp(-1).mean().backward()
            optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters()):
        torch.testing.assert_close(a, b)
