"""What happened in a training run: a row for each step, and a row for each evaluation."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["Evaluation", "History"]


class Evaluation(NamedTuple):
    """The value of a measure, such as bits per byte on the validation text, after so many steps."""

    step: int
    units: int  # tokens or examples that were trained on
    seconds: float
    value: float


@dataclass
class History:
    """Lists with one entry for each step: loss, gradient norm before clipping, learning rate; units and seconds so far.

    units: tokens or examples, whatever the run counts. seconds: of the steps alone, without evaluations.
    """

    loss: list[float] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.loss)

    def add(self, loss: float, norm: float, lr: float, units: int, seconds: float) -> None:
        """Add a step; units and seconds are its own."""
        self.loss.append(loss)
        self.norm.append(norm)
        self.lr.append(lr)
        self.units.append(units + (self.units[-1] if self.units else 0))
        self.seconds.append(seconds + (self.seconds[-1] if self.seconds else 0.0))

    def mean_loss(self, last: int = 50) -> float:
        """The mean loss of the last steps: a single batch says little.

        >>> history = History(loss=[4.0, 2.0, 1.0])
        >>> history.mean_loss(2)
        1.5
        """
        return float(np.mean(self.loss[-last:]))

    def curve(self, points: int = 100) -> tuple[np.ndarray, np.ndarray]:
        """Return steps and mean losses for drawing: the run cut into equal pieces, one point each.

        >>> History(loss=[4.0, 2.0, 1.0, 0.0]).curve(points=2)
        (array([2, 4]), array([3. , 0.5]))
        """
        pieces = np.array_split(np.array(self.loss), max(1, min(points, self.steps)))
        return np.cumsum([len(piece) for piece in pieces]), np.array([piece.mean() for piece in pieces])

    def state_dict(self) -> dict:
        """All lists, as a checkpoint holds them."""
        return asdict(self) | {"evaluations": [list(evaluation) for evaluation in self.evaluations]}

    def load_state_dict(self, state: dict) -> None:
        """Take up what `state_dict` returned."""
        for name, values in state.items():
            setattr(self, name, list(values))
        self.evaluations = [Evaluation(*row) for row in state["evaluations"]]

    def save(self, path: str | Path) -> None:
        """Write the history as JSON."""
        Path(path).write_text(json.dumps(self.state_dict()) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "History":
        """Read what `save` wrote."""
        history = cls()
        history.load_state_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        return history
