"""What a model carries from one piece of a text to the next: a tensor, or several, of shape (L, B, ...).

The batch is the second dimension, as torch's recurrent layers have it: an `nn.RNN` carries one tensor, an `nn.LSTM`
two. None stands for the start of a text.
"""

from collections.abc import Callable

import torch

__all__ = ["State", "detach", "first_rows", "map_state"]

State = torch.Tensor | tuple[torch.Tensor, ...] | None


def map_state(function: Callable[[torch.Tensor], torch.Tensor], state: State) -> State:
    """Apply a function to every tensor of a state.

    >>> map_state(torch.neg, (torch.tensor(1), torch.tensor(2)))
    (tensor(-1), tensor(-2))
    """
    if state is None:
        return None
    if isinstance(state, torch.Tensor):
        return function(state)
    return tuple(function(part) for part in state)


def detach(state: State) -> State:
    """The same numbers, through which no gradient flows back: a text goes on, backpropagation ends here.

    >>> detach(torch.ones(1, 1, 2, requires_grad=True)).requires_grad
    False
    """
    return map_state(torch.Tensor.detach, state)


def first_rows(state: State, rows: int) -> State:
    """Keep the first rows of the batch, when the other texts have ended.

    >>> first_rows(torch.zeros(1, 5, 2), 3).shape
    torch.Size([1, 3, 2])
    """
    return map_state(lambda part: part[:, :rows].contiguous(), state)
