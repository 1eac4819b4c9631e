"""A model with a limited context, read along a text of any length: it carries the last tokens as its state."""

import torch
from torch import nn

from llmai_edu.models.state import State

__all__ = ["SlidingContext"]


class SlidingContext(nn.Module):
    """Let a model with a context of T tokens read on, as a recurrent model does: (ids, state) -> (logits, state).

    The state is the last `context - chunk` tokens, read again before each piece of at most `chunk`. So every token is
    predicted from at least that many before it, as soon as there are as many, and the model never sees more than its
    context. Made for `evaluation.language_model`, with the same `chunk`.

    model: ids (B, T) -> logits (B, T, V). Raises ValueError for a chunk that leaves no room for a past.

    >>> class Echo(nn.Module):
    ...     def forward(self, ids):
    ...         return torch.eye(10)[ids]
    >>> reader = SlidingContext(Echo(), context=6, chunk=4)
    >>> logits, state = reader(torch.tensor([[1, 2, 3, 4]]))
    >>> logits, state = reader(torch.tensor([[5, 6]]), state)
    >>> logits.argmax(-1).tolist(), state.tolist()
    ([[5, 6]], [[[5, 6]]])
    """

    def __init__(self, model: nn.Module, context: int, chunk: int) -> None:
        super().__init__()
        if not 1 <= chunk < context:
            raise ValueError(f"pieces of {chunk} tokens leave no past in a context of {context}")
        self.model, self.context, self.chunk = model, context, chunk
        self.training = model.training

    def forward(self, ids: torch.Tensor, state: State = None) -> tuple[torch.Tensor, State]:
        """Logits for the token after each of `ids`, (B, T, V), and the last tokens, (1, B, context - chunk)."""
        if ids.shape[1] > self.chunk:
            raise ValueError(f"give at most {self.chunk} tokens at a time, got {ids.shape[1]}")
        text = ids if state is None else torch.cat((state[0], ids), dim=1)  # (B, past + T)
        logits = self.model(text)[:, -ids.shape[1] :]
        return logits, text[None, :, -(self.context - self.chunk) :]
