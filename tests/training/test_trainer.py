"""The loop against a loop by hand with torch's optimizer, and an interrupted run against one that was not."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.training import (
    Adam,
    AdamW,
    EarlyStopping,
    NextTokenLoss,
    ShuffledBatches,
    StreamBatches,
    Trainer,
    TrainingDiverged,
    classification_loss,
    cosine,
)

IDS = torch.randint(11, (300,), generator=torch.Generator().manual_seed(0))


def language_model(optimizer=Adam, **options):
    """A trainer with all that can be resumed: dropout, a carried state, an optimizer with a memory."""
    torch.manual_seed(7)
    lstm = nn.LSTM(4, 6, num_layers=2, dropout=0.2, batch_first=True)
    model = RecurrentLM(11, lstm, dropout=0.3, generator=torch.Generator().manual_seed(0))
    batches = StreamBatches(IDS, 3, 8)
    options = {"clip": 0.5, "schedule": cosine, "progress": False} | options
    return Trainer(model, NextTokenLoss(), batches, optimizer(model.parameters(), lr=0.01), **options)


def classifier(optimizer=Adam, lr=0.01, x=None, **options):
    x = torch.randn(20, 3, generator=torch.Generator().manual_seed(1)) if x is None else x
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))
    batches = ShuffledBatches((x, (x[:, 0] > 0).long()), 6, generator=torch.Generator().manual_seed(2))
    return Trainer(
        model,
        classification_loss,
        batches,
        optimizer(model.parameters(), lr=lr),
        progress=False,
        unit="texts",
        **options,
    )


def weights(trainer):
    return [p.detach().clone() for p in trainer.model.parameters()]


def equal(a, b):
    return all(torch.equal(p, q) for p, q in zip(a, b))


def test_equals_a_loop_by_hand():
    trainer = language_model(schedule=None)
    trainer.run(steps=12)
    by_hand = language_model()
    model, optimizer, state, losses = by_hand.model, torch.optim.Adam(by_hand.model.parameters(), lr=0.01), None, []
    model.train()
    for step in range(12):
        places = torch.arange(3)[:, None] * 100 + 8 * step + torch.arange(9)
        ids = IDS[places % 300]
        logits, state = model(ids[:, :-1], state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(logits.reshape(-1, 11), ids[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        losses.append(loss.item())
    torch.testing.assert_close(weights(trainer), weights(by_hand), rtol=1e-4, atol=1e-5)
    assert trainer.history.loss == pytest.approx(losses, rel=1e-4)
    assert trainer.history.units[-1] == 12 * 24


@pytest.mark.parametrize("make", [language_model, classifier])
@pytest.mark.parametrize("optimizer", [Adam, AdamW, torch.optim.AdamW])
@pytest.mark.parametrize("cut", [1, 7, 10])
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(make, optimizer, cut, tmp_path):
    path = tmp_path / "run.safetensors"
    straight = make(optimizer)
    straight.run(steps=20)
    torch.manual_seed(7)
    # Interrupted: the first run is meant for 20 steps, and breaks off after `cut` of them.
    first = make(optimizer, checkpoint=path, checkpoint_every=cut)
    first.after_step = lambda: Trainer.after_step(first) or first.history.steps == cut
    first.run(steps=20)
    torch.manual_seed(99)  # another process, other random numbers, other initial weights
    second = make(optimizer)
    nn.init.zeros_(next(second.model.parameters()))
    torch.manual_seed(98)
    second.load(path)
    second.run(steps=20)
    assert equal(weights(second), weights(straight))
    assert second.history.loss == straight.history.loss
    assert second.history.norm == straight.history.norm
    assert second.history.lr == straight.history.lr


def test_early_stopping_survives_the_interruption_and_restores_the_best(tmp_path):
    values = iter([5.0, 3.0, 4.0, 4.5, 4.6, 1.0])
    stopping = EarlyStopping(patience=3)
    trainer = classifier(evaluate=lambda model: next(values), evaluate_every=2, stopping=stopping)
    trainer.run(steps=5)  # evaluated at 2, 4 and, for it ends there, 5
    best = [tensor.clone() for tensor in stopping.weights.values()]
    trainer.save(tmp_path / "run")
    again = classifier(evaluate=lambda model: next(values), evaluate_every=2, stopping=EarlyStopping(patience=3))
    again.load(tmp_path / "run")
    history = again.run(steps=100)
    assert [(e.step, e.value) for e in history.evaluations] == [(2, 5.0), (4, 3.0), (5, 4.0), (6, 4.5), (8, 4.6)]
    assert equal(weights(again), best)


def test_the_evaluation_sees_a_model_without_dropout_and_changes_nothing():
    seen = []
    plain = classifier()
    plain.run(steps=10)
    measured = classifier(evaluate=lambda model: seen.append(model.training) or 1.0, evaluate_every=3)
    history = measured.run(steps=10)
    assert seen == [False] * 4
    assert [e.step for e in history.evaluations] == [3, 6, 9, 10]
    assert equal(weights(measured), weights(plain))
    assert not measured.model.training


def test_a_second_run_goes_on():
    trainer = classifier()
    trainer.run(steps=4)
    assert trainer.run(steps=4).steps == 4
    trainer.run(steps=9)
    straight = classifier()
    straight.run(steps=9)
    assert equal(weights(trainer), weights(straight))


def test_it_ends_when_the_time_is_over():
    ticks = iter(range(10_000))
    trainer = classifier(schedule=cosine, clock=lambda: next(ticks))  # every step takes a second
    assert trainer.run(seconds=12).steps == 12


def test_a_loss_that_is_no_number_stops_before_the_weights_are_spoiled():
    x = torch.randn(20, 3)
    x[:, 1] = math.nan
    trainer = classifier(x=x)
    before = weights(trainer)
    with pytest.raises(TrainingDiverged, match=r"step 1: the loss is nan.*Lower the learning rate"):
        trainer.run(steps=5)
    assert equal(weights(trainer), before)


def test_a_gradient_that_is_no_number_stops_too():
    def root_at_zero(model, batch):
        return (model(batch[0]) * 0).sum().abs().sqrt()

    trainer = classifier()
    trainer.loss = root_at_zero
    with pytest.raises(TrainingDiverged, match="the loss is 0, the gradient's length nan"):
        trainer.run(steps=1)


def test_the_bar_shows_loss_and_speed(capsys):
    trainer = language_model(progress=True)
    trainer.run(steps=3)
    last = capsys.readouterr().err.split("\r")[-1]
    assert last.startswith("100%")
    assert f"| loss {trainer.history.mean_loss(20):.3f}, " in last
    assert "tokens/s" in last


def test_the_learning_rate_follows_the_schedule():
    history = classifier(lr=0.5, schedule=lambda done: 1 - done).run(steps=4)
    assert history.lr == [0.5, 0.375, 0.25, 0.125]


def test_misuse_is_refused(tmp_path):
    with pytest.raises(ValueError, match="needs `evaluate`"):
        classifier(stopping=EarlyStopping(1))
    with pytest.raises(ValueError, match="say when to end"):
        classifier().run()
    classifier().save(tmp_path / "classifier")
    with pytest.raises(ValueError, match="no checkpoint of such a run"):
        language_model().load(tmp_path / "classifier")


def test_a_run_learns():
    history = classifier().run(steps=150)
    assert history.mean_loss(20) < 0.5 * history.loss[0]
