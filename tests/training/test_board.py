"""TensorBoard's curves: every step once, held-out values at their step; nothing at all where it is not installed."""

import sys
import types

from llmai_edu.training import board as module
from llmai_edu.training.board import Board
from llmai_edu.training.history import History


def history(steps):
    run = History()
    for step in range(steps):
        run.add(3.0 - step, 1.0, 1e-3, 10, 0.1)
    return run


def test_without_tensorboard_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    board = Board(tmp_path / "board")
    board.write(history(3), {"speeches": 1.2})
    assert not board.active
    assert not list(tmp_path.iterdir())


def test_every_step_is_written_once(monkeypatch, tmp_path):
    written = []

    class SummaryWriter:
        def __init__(self, folder):
            self.folder = folder

        def add_scalar(self, name, value, step):
            written.append((name, value, step))

        def flush(self):
            pass

    fake = types.ModuleType("torch.utils.tensorboard")
    fake.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", fake)
    monkeypatch.setattr(module, "find_spec", lambda name: object())
    board = Board(tmp_path)
    board.write(history(2))
    board.write(history(4), {"speeches": 1.2})
    losses = [(value, step) for name, value, step in written if name == "loss"]
    assert losses == [(3.0, 1), (2.0, 2), (1.0, 3), (0.0, 4)]
    assert ("held-out/speeches", 1.2, 4) in written
