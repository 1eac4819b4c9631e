"""The recurrent network: one cell, used again at every step, with a state that it carries on.

Elman 1990, "Finding Structure in Time". Also here: backpropagation through time written out, its truncated form, and
how the gradient fades or grows on its way back (Bengio, Simard and Frasconi 1994, "Learning long-term dependencies with
gradient descent is difficult"). The language model around it is in `recurrent_lm`.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.state import State, detach

__all__ = ["RNN", "RNNGrads", "bptt", "gradient_norms", "rnn_cell", "rnn_states", "truncated_bptt"]


def rnn_cell(
    x: torch.Tensor, h: torch.Tensor, w_ih: torch.Tensor, w_hh: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """One step: the new state from the new input and the old state, tanh(W x + U h + b).

    tanh keeps every number of the state between -1 and 1, however long the text; ReLU would not.

    x: (B, C). h: (B, H). w_ih: (H, C). w_hh: (H, H). bias: (H,). Returns (B, H).

    >>> one = torch.ones(1, 1)
    >>> rnn_cell(one, torch.zeros(1, 1), one, one, torch.zeros(1)) == one.tanh()
    tensor([[True]])
    """
    return torch.tanh(x @ w_ih.T + h @ w_hh.T + bias)


def rnn_states(
    x: torch.Tensor, h: torch.Tensor, w_ih: torch.Tensor, w_hh: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """Read a sequence step by step; return the state before it and after each step.

    x: (B, T, C). h: (B, H). Returns (B, T + 1, H).
    """
    states = [h]
    for x_t in x.unbind(1):  # (B, C): step t needs the state of step t - 1, so there is no way around the loop
        states.append(rnn_cell(x_t, states[-1], w_ih, w_hh, bias))
    return torch.stack(states, dim=1)


class RNNGrads(NamedTuple):
    """The gradients of an Elman network: of its two matrices, its bias, and each input."""

    w_ih: torch.Tensor  # (H, C)
    w_hh: torch.Tensor  # (H, H)
    bias: torch.Tensor  # (H,)
    x: torch.Tensor  # (B, T, C)


def bptt(grad: torch.Tensor, x: torch.Tensor, states: torch.Tensor, w_ih: torch.Tensor, w_hh: torch.Tensor) -> RNNGrads:
    """Backpropagation through time: go back step by step, adding up what each step says about the shared weights.

    grad: (B, T, H), what the loss says about each state directly. x: (B, T, C). states: (B, T + 1, H) as
    `rnn_states` returns them. Werbos 1990, "Backpropagation through time: what it does and how to do it".
    """
    g_ih, g_hh, g_bias = torch.zeros_like(w_ih), torch.zeros_like(w_hh), torch.zeros_like(w_hh[0])
    g_x, from_later = torch.zeros_like(x), torch.zeros_like(states[:, 0])
    for t in reversed(range(x.shape[1])):
        g = (grad[:, t] + from_later) * (1 - states[:, t + 1] ** 2)  # (B, H): back through the tanh
        g_ih += g.T @ x[:, t]
        g_hh += g.T @ states[:, t]
        g_bias += g.sum(0)
        g_x[:, t] = g @ w_ih
        from_later = g @ w_hh  # and on to the state before: once more times the same matrix
    return RNNGrads(g_ih, g_hh, g_bias, g_x)


class RNN(nn.Module):
    """One Elman layer with the names, the shapes and the results of torch's `nn.RNN(C, H, batch_first=True)`.

    `model.load_state_dict(nn.RNN(...).state_dict())` copies its weights. torch has two biases, whose sum alone matters;
    both are kept, so that the weights can be exchanged. torch's own is the faster one to train.

    >>> y, h = RNN(3, 5)(torch.zeros(2, 7, 3))
    >>> y.shape, h.shape
    (torch.Size([2, 7, 5]), torch.Size([1, 2, 5]))
    """

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(hidden_size))
        for weight in self.parameters():  # as torch does it
            nn.init.uniform_(weight, -(hidden_size**-0.5), hidden_size**-0.5, generator=generator)

    def forward(self, x: torch.Tensor, h: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return every state, and the last one to go on from. x: (B, T, C). h: (1, B, H), zeros if None."""
        h = x.new_zeros(len(x), self.hidden_size) if h is None else h[0]
        bias = self.bias_ih_l0 + self.bias_hh_l0
        states = rnn_states(x, h, self.weight_ih_l0, self.weight_hh_l0, bias)  # (B, T + 1, H)
        return states[:, 1:], states[None, :, -1]


def truncated_bptt(
    model: nn.Module, ids: torch.Tensor, targets: torch.Tensor, steps: int, state: State = None
) -> tuple[float, State]:
    """Read a long text in pieces: the state goes on from piece to piece, the gradient stays within one.

    Memory is that of one piece, whatever the length. Gradients of all pieces add up in the parameters.

    model: (ids, state) -> (logits, state). ids, targets: (B, T). steps: the length of a piece. Returns the mean loss
    in nats and the state at the end. Williams and Peng 1990.
    """
    total = 0.0
    for piece, target in zip(ids.split(steps, dim=1), targets.split(steps, dim=1)):
        logits, state = model(piece, detach(state))
        loss = F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="sum") / targets.numel()
        loss.backward()
        total += loss.item()
    return total, detach(state)


def gradient_norms(recurrent: nn.Module, x: torch.Tensor, *, generator: torch.Generator | None = None) -> torch.Tensor:
    """How much the last state would change if the input at each step changed a little.

    Backpropagates a random direction of the last output, and measures the gradient that reaches each input.
    Through T steps it is multiplied T times by the recurrent matrix: it vanishes or explodes.

    recurrent: `RNN`, `LSTM` or torch's, batch first. x: (B, T, C). generator: draws the direction. Returns (T,), the
    mean over the batch; the last entry has had the shortest way.

    >>> gradient_norms(RNN(3, 5), torch.zeros(2, 7, 3)).shape
    torch.Size([7])
    """
    x = x.detach().requires_grad_()
    y, _ = recurrent(x)  # (B, T, H)
    direction = F.normalize(torch.randn(y[:, -1].shape, generator=generator), dim=1).to(y)
    (grad,) = torch.autograd.grad((y[:, -1] * direction).sum(), x)  # (B, T, C)
    return grad.norm(dim=2).mean(0)
