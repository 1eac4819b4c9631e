"""Parts of a batch give the gradient of the whole; bfloat16 is near; a killed run ends as if it had not been killed."""

import os
import random
import signal

import numpy as np
import pytest
import torch

from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.training import checkpoint
from llmai_edu.training.checkpoint_folder import CheckpointFolder
from llmai_edu.training.parameter_groups import adamw
from llmai_edu.training.pretraining import Pretraining
from llmai_edu.training.schedules import warmup_stable_decay
from llmai_edu.training.token_file import PackedBatches
from llmai_edu.training.trainer import TrainingDiverged
from llmai_edu.training.windows import window_loss

IDS = np.random.default_rng(0).integers(11, size=400).astype(np.uint16)
STEPS, EVERY = 12, 3


def run(dropout: float = 0.0, ids: np.ndarray = IDS, lr: float = 1e-2, **options) -> Pretraining:
    """A tiny run with all that must survive: dropout's random numbers, an optimizer's memory, a schedule, a place."""
    torch.manual_seed(7)
    config = GPTConfig(vocab_size=11, n_positions=8, n_embd=8, n_layer=2, n_head=2, dropout=dropout)
    model = GPT(config, generator=torch.Generator().manual_seed(0))
    options = {"clip": 1.0, "schedule": warmup_stable_decay, "progress": False} | options
    return Pretraining(model, window_loss, PackedBatches(ids, 4, 8, seed=3), adamw(model, lr), **options)


def weights(run: Pretraining) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in run.model.parameters()])


@pytest.mark.parametrize("accumulate", [2, 4])
def test_a_batch_in_parts_trains_as_the_whole(accumulate):
    whole, parts = run(), run(accumulate=accumulate)
    histories = [it.run(steps=5) for it in (whole, parts)]
    np.testing.assert_allclose(histories[0].loss, histories[1].loss, atol=1e-5)
    torch.testing.assert_close(weights(whole), weights(parts), atol=1e-5, rtol=1e-4)


def test_uneven_parts_are_refused():
    with pytest.raises(ValueError, match="3 equal parts"):
        run(accumulate=3).run(steps=1)
    with pytest.raises(ValueError, match="at least 1"):
        run(accumulate=0)


def test_bfloat16_products_leave_weights_in_float32_and_a_loss_that_is_near():
    plain, mixed = run(), run(autocast=torch.bfloat16)
    losses = [it.run(steps=5).loss for it in (plain, mixed)]
    assert {p.dtype for p in mixed.model.parameters()} == {torch.float32}
    assert losses[0] != losses[1]
    np.testing.assert_allclose(losses[0], losses[1], atol=0.02)


def test_a_jump_of_the_loss_ends_the_run_before_its_step():
    steep = run(jump=0.5)
    steep.history.loss += [1.0] * 50
    before = weights(steep)
    with pytest.raises(TrainingDiverged, match=r"step 51.*median of the last 50 steps was 1.00"):
        steep.step(1e-3)
    assert torch.equal(weights(steep), before)


def test_a_line_is_reported_at_each_evaluation():
    lines = []
    run(evaluate=lambda model: 1.5, evaluate_every=2, report=lines.append).run(steps=4)
    assert [line.split("  ")[0] for line in lines] == ["step 2", "step 4"]
    assert "value 1.5000" in lines[0]


def test_resuming_without_a_folder_or_a_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="folder"):
        run().resume()
    assert run(folder=CheckpointFolder(tmp_path / "new")).resume() == 0


def train_and_die(place, at_step: int | None, at_byte: float | None) -> None:
    """In a process of its own: resume, then be killed after a step, or when a share of a checkpoint is written."""
    training = run(dropout=0.2, folder=CheckpointFolder(place), checkpoint_every=EVERY)
    training.resume()
    step, save = training.step, checkpoint.save_file

    def step_or_die(lr):
        result = step(lr)
        if at_byte is None and training.history.steps + 1 >= at_step:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    def write_or_die(tensors, path, metadata):
        save(tensors, path, metadata)
        if at_byte is not None and training.history.steps >= at_step:
            os.truncate(path, int(at_byte * path.stat().st_size))
            os.kill(os.getpid(), signal.SIGKILL)

    training.step, checkpoint.save_file = step_or_die, write_or_die
    training.run(steps=STEPS)


def killed(place, *when) -> None:
    """Train in a child of this process, which inherits torch as it is, and see it killed."""
    if (pid := os.fork()) == 0:
        try:
            train_and_die(place, *when)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process can be copied on Unix alone")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_run_killed_at_twenty_random_points_ends_bit_for_bit_as_if_it_had_not_been(tmp_path):
    uninterrupted = run(dropout=0.2)
    uninterrupted.run(steps=STEPS)
    draw = random.Random(0)
    for case in range(20):
        place = tmp_path / str(case)
        for _ in range(draw.choice([1, 2])):  # some runs are killed twice
            while_writing = draw.random() < 0.5
            killed(place, draw.randint(1, STEPS), draw.random() if while_writing else None)
        resumed = run(dropout=0.2, folder=CheckpointFolder(place), checkpoint_every=EVERY)
        began = resumed.resume()
        resumed.run(steps=STEPS)
        assert torch.equal(weights(resumed), weights(uninterrupted)), (case, began)
        assert resumed.history.loss == uninterrupted.history.loss
