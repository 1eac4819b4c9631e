"""Early stopping: end when the validation measure has ceased to fall, and go back to the best weights."""

from torch import nn

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Remembers the best value and the weights that had it (Prechelt 1998, "Early Stopping - But When?").

    patience: so many evaluations without a better value end the training. Lower is better.

    >>> stopping, model = EarlyStopping(patience=2), nn.Linear(1, 1)
    >>> [stopping.update(value, model) for value in (3.0, 2.0, 2.5, 2.4)]      # True: stop
    [False, False, False, True]
    >>> stopping.best
    2.0
    """

    def __init__(self, patience: int) -> None:
        if patience < 1:
            raise ValueError(f"patience counts evaluations and is at least 1, got {patience}")
        self.patience, self.waited = patience, 0
        self.best: float | None = None
        self.weights: dict = {}

    def update(self, value: float, model: nn.Module) -> bool:
        """Take note of an evaluation; return whether it is time to stop."""
        if self.best is None or value < self.best:
            self.best, self.waited = value, 0
            self.weights = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        else:
            self.waited += 1
        return self.waited >= self.patience

    def restore(self, model: nn.Module) -> None:
        """Give the model its best weights back."""
        if self.weights:
            model.load_state_dict(self.weights)

    def state_dict(self) -> dict:
        """The best value, the weights that had it, and how long it has been waited since."""
        return {"best": self.best, "waited": self.waited, "weights": self.weights}

    def load_state_dict(self, state: dict) -> None:
        """Take up what `state_dict` returned."""
        self.best, self.waited, self.weights = state["best"], state["waited"], state["weights"]
