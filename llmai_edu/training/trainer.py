"""The training loop: one for all models of the course.

A step is always the same five lines: take a batch, compute the loss, send it backward, clip, move. Around it stand the
history, the bar, the evaluation, early stopping, and a checkpoint from which a run goes on as if it had not been
interrupted.
"""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm.auto import tqdm

from llmai_edu.training.checkpoint import load_state, random_states, save_state, set_random_states
from llmai_edu.training.clipping import clip_gradients
from llmai_edu.training.history import Evaluation, History
from llmai_edu.training.optimizers import Optimizer, set_learning_rate
from llmai_edu.training.stopping import EarlyStopping

__all__ = ["Trainer", "TrainingDiverged", "cosine"]


class TrainingDiverged(RuntimeError):
    """The loss or its gradient is no number any more; the weights are those before that step."""


def cosine(done: float, warmup: float = 0.02, floor: float = 0.1) -> float:
    """A learning rate that rises at first, then falls along half a cosine: the factor when a share `done` is over.

    >>> [round(cosine(done), 2) for done in (0.0, 0.01, 0.02, 0.51, 1.0)]
    [0.0, 0.5, 1.0, 0.55, 0.1]
    """
    if done < warmup:
        return done / warmup
    return floor + (1 - floor) * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2


class Trainer:
    """A model and all that its training needs; `run` trains, `save` and `load` interrupt it.

    loss: (model, batch) -> scalar, such as `NextTokenLoss()`. batches: an endless iterator, such as `StreamBatches`.
    optimizer: ours or torch's. clip: the limit of the gradient's length. schedule: from the share of the run that is
    done to a factor of the learning rate, such as `cosine`. evaluate: model -> value, lower is better, called every
    `evaluate_every` steps and at the end, without gradients. stopping: ends the run and restores the best weights.
    checkpoint: a file, written every `checkpoint_every` steps and at the end. unit: what the bar counts. clock: gives
    the seconds that `run` counts, such as `time.process_time` on a machine that is shared.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[[nn.Module, Any], torch.Tensor],
        batches: Iterator,
        optimizer: Optimizer | torch.optim.Optimizer,
        *,
        clip: float = math.inf,
        schedule: Callable[[float], float] | None = None,
        evaluate: Callable[[nn.Module], float] | None = None,
        evaluate_every: int = 500,
        stopping: EarlyStopping | None = None,
        checkpoint: str | Path | None = None,
        checkpoint_every: int = 1000,
        unit: str = "tokens",
        progress: bool = True,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if stopping and not evaluate:
            raise ValueError("early stopping needs `evaluate`, a function of the model that returns a value")
        self.model, self.loss, self.batches, self.optimizer = model, loss, batches, optimizer
        self.clip, self.schedule = clip, schedule
        self.evaluate, self.evaluate_every, self.stopping = evaluate, evaluate_every, stopping
        self.checkpoint, self.checkpoint_every = checkpoint, checkpoint_every
        self.unit, self.progress, self.clock = unit, progress, clock
        self.lr = optimizer.param_groups[0]["lr"] if hasattr(optimizer, "param_groups") else optimizer.lr
        self.history = History()

    def step(self, lr: float) -> tuple[float, float, int]:
        """Train on one batch; return the loss, the gradient's length, and how many targets there were."""
        batch = next(self.batches)
        loss = self.loss(self.model, batch)
        self.optimizer.zero_grad()
        loss.backward()
        norm = clip_gradients(self.model.parameters(), self.clip)
        self.check_numbers(loss.item(), norm.item())
        set_learning_rate(self.optimizer, lr)
        self.optimizer.step()
        return loss.item(), norm.item(), batch[-1].numel()

    def run(self, steps: int | None = None, seconds: float | None = None) -> History:
        """Train until so many steps, or so many seconds of steps, have been made in all, those before a `load` too.

        Raises TrainingDiverged when the loss or the gradient is not finite, ValueError when no end is given.
        """
        if steps is None and seconds is None:
            raise ValueError("say when to end: run(steps=...) or run(seconds=...)")
        self.model.train()
        with tqdm(total=1.0, disable=not self.progress, bar_format="{percentage:3.0f}% |{bar}| {desc}") as bar:
            while (done := self.share_done(steps, seconds)) < 1:
                began = self.clock()
                lr = self.lr * (self.schedule(done) if self.schedule else 1.0)
                loss, norm, units = self.step(lr)
                self.history.add(loss, norm, lr, units, self.clock() - began)
                self.show(bar, self.share_done(steps, seconds))
                if self.after_step():
                    break
        self.finish()
        return self.history

    def share_done(self, steps: int | None, seconds: float | None) -> float:
        """How much of the run is over, from 0 to 1, by steps or by time, whichever is nearer to its end."""
        elapsed = self.history.seconds[-1] if self.history.steps else 0.0
        by_steps = self.history.steps / steps if steps else 0.0
        return max(by_steps, elapsed / seconds if seconds else 0.0)

    def after_step(self) -> bool:
        """Evaluate and write a checkpoint when it is time; return whether to stop."""
        stop = False
        if self.evaluate and self.history.steps % self.evaluate_every == 0:
            value = self.measure()
            stop = self.stopping is not None and self.stopping.update(value, self.model)
        if self.checkpoint and self.history.steps % self.checkpoint_every == 0:
            self.save(self.checkpoint)
        return stop

    def measure(self) -> float:
        """Evaluate the model as it is used, without dropout and gradients, and note the value."""
        self.model.eval()
        with torch.no_grad():
            value = float(self.evaluate(self.model))
        self.model.train()
        history = self.history
        history.evaluations.append(Evaluation(history.steps, history.units[-1], history.seconds[-1], value))
        return value

    def finish(self) -> None:
        """Evaluate the last step, write the last checkpoint, go back to the best weights, and leave training mode."""
        measured = self.history.evaluations[-1].step if self.history.evaluations else 0
        if self.evaluate and measured < self.history.steps:
            value = self.measure()
            if self.stopping:
                self.stopping.update(value, self.model)
        if self.checkpoint:
            self.save(self.checkpoint)
        if self.stopping:
            self.stopping.restore(self.model)
        self.model.eval()

    def check_numbers(self, loss: float, norm: float) -> None:
        """Stop before a step that would spoil every weight."""
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise TrainingDiverged(
                f"step {self.history.steps + 1}: the loss is {loss:g}, the gradient's length {norm:g}. The weights are "
                "still those of the step before. Lower the learning rate, clip the gradient (clip=1.0), or look for "
                "bad numbers in this batch"
            )

    def show(self, bar: tqdm, done: float) -> None:
        """Move the bar: how much is done, the loss of the last steps, and the speed."""
        history = self.history
        speed = history.units[-1] / max(history.seconds[-1], 1e-9)
        bar.set_description_str(f"loss {history.mean_loss(20):.3f}, {speed:,.0f} {self.unit}/s", refresh=False)
        bar.update(min(done, 1.0) - bar.n)

    def parts(self) -> dict[str, Any]:
        """Everything that changes during a run and knows how to be saved."""
        parts = {"model": self.model, "optimizer": self.optimizer, "batches": self.batches, "loss": self.loss}
        parts |= {"history": self.history, "stopping": self.stopping}
        return {name: part for name, part in parts.items() if hasattr(part, "state_dict")}

    def save(self, path: str | Path) -> None:
        """Write a checkpoint: weights, optimizer, position in the data, history, and the random numbers' states."""
        state = {name: part.state_dict() for name, part in self.parts().items()}
        save_state({"parts": state, "random": random_states()}, path)

    def load(self, path: str | Path) -> None:
        """Go on from a checkpoint of the same run: on a CPU every number comes out as without the interruption.

        Raises ValueError when the checkpoint holds other parts than this trainer has.
        """
        state = load_state(path)
        parts = self.parts()
        if not isinstance(state, dict) or state.get("parts", {}).keys() != parts.keys():
            raise ValueError(f"{path} is no checkpoint of such a run; it must hold {', '.join(parts)}")
        for name, part in parts.items():
            part.load_state_dict(state["parts"][name])
        set_random_states(state["random"])
