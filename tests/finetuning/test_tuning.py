"""Rows come once a round, a run learns, repeats itself under one seed, and leaves alone what is frozen."""

import pytest
import torch

from llmai_edu.finetuning.blocks import UpperBlocks, lower_states
from llmai_edu.finetuning.instruct import Example, pad_examples
from llmai_edu.finetuning.lora import add_lora
from llmai_edu.finetuning.tuning import shuffled_rows, states_loss, tune
from llmai_edu.models.llama import Llama, LlamaConfig

BATCH = pad_examples([Example([n, n + 1, (2 * n) % 16], [0, 0, 1]) for n in range(1, 9)], pad_id=0)


def trained(rate: float) -> tuple[Llama, list[float]]:
    model = Llama(LlamaConfig(16, 16, 32, 3, 2, 1, 32), generator=torch.Generator().manual_seed(0))
    model.requires_grad_(False)
    add_lora(model.layers[1:], ["down_proj"], rank=4, generator=torch.Generator().manual_seed(1))
    batch = (lower_states(model, BATCH[0], 1), *BATCH[1:])
    draw = torch.Generator().manual_seed(2)
    history = tune(UpperBlocks(model, 1), batch, rate=rate, rounds=20, rows=3, generator=draw)
    return model, history.loss


def test_a_run_learns_repeats_itself_and_leaves_the_frozen_weights():
    model, losses = trained(0.05)
    assert len(losses) == 20 * 3
    assert sum(losses[-3:]) < 0.9 * sum(losses[:3])
    assert trained(0.05)[1] == losses
    fresh = Llama(model.config, generator=torch.Generator().manual_seed(0))
    assert torch.equal(model.layers[2].mlp.down_proj.base.weight, fresh.layers[2].mlp.down_proj.weight)
    assert torch.equal(model.lm_head.weight, fresh.lm_head.weight)


def test_the_loss_counts_the_chosen_places_alone():
    model, _ = trained(0.0)
    states, targets, counted = lower_states(model, BATCH[0], 1), *BATCH[1:]
    upper = UpperBlocks(model, 1)
    want = -upper(states).log_softmax(-1)[:, 1].gather(-1, targets[:, 1:2]).mean()
    torch.testing.assert_close(states_loss(upper, (states, targets, counted)), want)


def test_every_row_comes_once_a_round():
    batches = shuffled_rows((torch.arange(7), -torch.arange(7)), 3, torch.Generator().manual_seed(0))
    for _ in range(2):
        parts = [next(batches) for _ in range(3)]
        assert [len(part[0]) for part in parts] == [3, 3, 1]
        assert sorted(torch.cat([part[0] for part in parts]).tolist()) == list(range(7))
        assert all(torch.equal(part[0], -part[1]) for part in parts)


def test_what_cannot_be_trained_is_refused():
    with pytest.raises(ValueError, match="at least one row"):
        next(shuffled_rows((torch.arange(2),), 0))
    model = Llama(LlamaConfig(16, 16, 32, 3, 2, 1, 32)).requires_grad_(False)
    with pytest.raises(ValueError, match="no parameters to train"):
        tune(UpperBlocks(model, 1), (torch.zeros(2, 2, 16), *BATCH[1:]), rate=0.1, rounds=1)
