"""What a model is trained to do, as a function of the model and a batch that returns the loss."""

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.state import State, detach

__all__ = ["NextTokenLoss", "classification_loss"]


def classification_loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of the labels, in nats: model(x) -> (B, K), batch = x, labels (B,)."""
    x, labels = batch
    return F.cross_entropy(model(x), labels)


class NextTokenLoss:
    """Cross-entropy of the next token, in nats, for a model that carries a state from batch to batch.

    The state is detached: backpropagation through time ends at the beginning of the batch (truncated).

    model: (ids, state) -> (logits (B, T, V), state). batch: ids and targets, (B, T) both, from `StreamBatches`.
    """

    def __init__(self) -> None:
        self.state: State = None

    def __call__(self, model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        ids, targets = batch
        logits, state = model(ids, self.state)
        self.state = detach(state)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def state_dict(self) -> dict:
        """What the model carries into the next batch."""
        return {"state": self.state}

    def load_state_dict(self, state: dict) -> None:
        """Go on from there."""
        self.state = state["state"]
