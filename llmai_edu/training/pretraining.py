"""The training loop for long runs: large batches in small parts, half precision where it pays, and a run that survives.

It is `Trainer` with three things added. A batch may be computed in parts whose gradients are added up (accumulation),
which changes the memory and not what is learned. Products may be computed in bfloat16 (autocast). And the state goes to
a folder of checkpoints, from whose newest good one the run goes on, however it ended.
"""

import contextlib
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import torch
from torch import nn

from llmai_edu.training.checkpoint_folder import CheckpointFolder
from llmai_edu.training.clipping import clip_gradients
from llmai_edu.training.optimizers import Optimizer, set_learning_rate
from llmai_edu.training.trainer import Trainer, TrainingDiverged

__all__ = ["Pretraining"]

RECENT = 50  # steps with which a loss is compared before it counts as diverged


class Pretraining(Trainer):
    """A `Trainer` for runs of hours. Its own arguments, beside those of `Trainer`:

    accumulate: into how many parts a batch is cut; the gradient is that of the whole batch, the memory that of a part.
    autocast: a type such as torch.bfloat16 for the products, while weights and sums stay float32 (Micikevicius et al.
    2018, "Mixed Precision Training"); None computes all in the weights' own type. folder: where checkpoints go, taken
    instead of `checkpoint`. jump: a loss this many nats above the median of the last fifty steps ends the run. report:
    called with a line of text after every evaluation and checkpoint, such as `print`.

    loss must be a mean over the rows of a batch, such as `window_loss`. Raises ValueError for `accumulate` below 1, or
    when a batch cannot be cut evenly.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[[nn.Module, Any], torch.Tensor],
        batches: Iterator,
        optimizer: Optimizer | torch.optim.Optimizer,
        *,
        accumulate: int = 1,
        autocast: torch.dtype | None = None,
        folder: CheckpointFolder | None = None,
        jump: float = 3.0,
        report: Callable[[str], None] | None = None,
        **options: Any,
    ) -> None:
        if accumulate < 1:
            raise ValueError(f"accumulate counts the parts of a batch, at least 1, got {accumulate}")
        super().__init__(model, loss, batches, optimizer, **options)
        self.accumulate, self.autocast, self.folder = accumulate, autocast, folder
        self.jump, self.report = jump, report

    def step(self, lr: float) -> tuple[float, float, int]:
        """Train on one batch, part by part; return the loss, the gradient's length, and how many targets there were."""
        batch = next(self.batches)
        self.optimizer.zero_grad()
        loss = self.backward(batch)
        norm = self.shorten()
        self.check_numbers(loss, norm)
        self.check_jump(loss)
        set_learning_rate(self.optimizer, lr)
        self.optimizer.step()
        return loss, norm, batch[-1].numel()

    def backward(self, batch: tuple[torch.Tensor, ...]) -> float:
        """Add up the gradients of the parts; return the mean loss."""
        if len(batch[0]) % self.accumulate:
            raise ValueError(f"a batch of {len(batch[0])} rows cannot be cut into {self.accumulate} equal parts")
        total, parts = 0.0, list(zip(*(tensor.chunk(self.accumulate) for tensor in batch)))
        for number, part in enumerate(parts, 1):
            with self.sharing(number == len(parts)):
                with self.precision(part[0].device.type):
                    loss = self.loss(self.model, part) / self.accumulate
                loss.backward()
            total += loss.item()
        return total

    def shorten(self) -> float:
        """Clip the gradient; return its length before."""
        return clip_gradients(self.model.parameters(), self.clip).item()

    def sharing(self, last: bool) -> contextlib.AbstractContextManager:
        """Where several processes train, they exchange gradients after the last part only; here there is one."""
        return contextlib.nullcontext()

    def precision(self, device: str) -> contextlib.AbstractContextManager:
        """Where products are computed in fewer bits, or nothing."""
        return torch.autocast(device, self.autocast) if self.autocast else contextlib.nullcontext()

    def check_jump(self, loss: float) -> None:
        """Stop before a step on a loss that has left the curve: what follows is seldom worth its hours."""
        recent = self.history.loss[-RECENT:]
        if len(recent) == RECENT and loss > median(recent) + self.jump:
            raise TrainingDiverged(
                f"step {self.history.steps + 1}: the loss is {loss:.2f}, the median of the last {RECENT} steps was "
                f"{median(recent):.2f}. Take an earlier checkpoint with a lower learning rate or a longer warm-up"
            )

    def after_step(self) -> bool:
        """Evaluate, and write a checkpoint into the folder, when it is time; return whether to stop."""
        before = len(self.history.evaluations)
        stop = super().after_step()
        if self.folder and self.history.steps % self.checkpoint_every == 0:
            self.keep()
        if self.report and len(self.history.evaluations) > before:
            self.report(self.line())
        return stop

    def finish(self) -> None:
        """Evaluate the last step, write the last checkpoint, and leave training mode."""
        super().finish()
        if self.folder:
            self.keep()

    def line(self) -> str:
        """One line on where the run stands, for a terminal or a log.

        Such as: step 500  4,096,000 tokens  loss 3.214  value 1.602  rate 1.0e-03  9,120 tokens/s.
        """
        history = self.history
        speed = history.units[-1] / max(history.seconds[-1], 1e-9)
        value = f"value {history.evaluations[-1].value:.4f}  " if history.evaluations else ""
        return (
            f"step {history.steps}  {history.units[-1]:,} {self.unit}  loss {history.mean_loss():.4f}  {value}"
            f"rate {history.lr[-1]:.1e}  {speed:,.0f} {self.unit}/s"
        )

    def keep(self) -> None:
        """Write a checkpoint of this step into the folder."""
        self.folder.folder.mkdir(parents=True, exist_ok=True)
        self.save(self.folder.path(self.history.steps))
        self.folder.tidy(self.history.steps)

    def resume(self) -> int:
        """Take up the newest good checkpoint of the folder; return its step, 0 where there is none.

        Raises ValueError without a folder, or when the checkpoint is of another run.
        """
        if not self.folder:
            raise ValueError("there is no folder to resume from: Pretraining(..., folder=CheckpointFolder(place))")
        step = self.folder.newest_step()
        if step:
            self.load(self.folder.path(step))
        return step or 0
