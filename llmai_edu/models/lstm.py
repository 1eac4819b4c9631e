"""The LSTM: a recurrent network with a memory that is added to instead of being overwritten.

Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; the forget gate is by Gers, Schmidhuber and Cummins 2000,
"Learning to Forget". The written-out layer is proven equal to torch's `nn.LSTM`, which does the same in fused kernels
and is the one to train with; the language model around it is in `recurrent_lm`.
"""

import torch
from torch import nn

__all__ = ["LSTM", "lstm_cell", "open_forget_gate"]


def lstm_cell(gates: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One step of the memory: forget a share of the old, let in a share of the new, show a share of the result.

    gates: (B, 4H), the four sums of input and state, in torch's order: input, forget, candidate, output.
    c: (B, H), the memory. Returns the state that is shown and the memory, both (B, H).

    >>> gates = torch.tensor([[-99.0, 99.0, 0.0, 99.0]])     # let nothing in, forget nothing, show all
    >>> h, c = lstm_cell(gates, torch.tensor([[5.0]]))
    >>> c.item()                                             # after any number of such steps
    5.0
    """
    i, f, g, o = gates.chunk(4, dim=1)  # (B, H) each
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


class LSTM(nn.Module):
    """One LSTM layer with the names, the shapes and the results of torch's `nn.LSTM(C, H, batch_first=True)`.

    The four gates are one matrix (a fused product: one large multiplication is faster than four small ones), and the
    input's share of all steps is computed before the loop, for it waits for nothing.
    `model.load_state_dict(nn.LSTM(...).state_dict())` copies torch's weights.

    >>> y, (h, c) = LSTM(3, 5)(torch.zeros(2, 7, 3))
    >>> y.shape, h.shape, c.shape
    (torch.Size([2, 7, 5]), torch.Size([1, 2, 5]), torch.Size([1, 2, 5]))
    """

    def __init__(self, input_size: int, hidden_size: int, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * hidden_size))
        for weight in self.parameters():  # as torch does it
            nn.init.uniform_(weight, -(hidden_size**-0.5), hidden_size**-0.5, generator=generator)

    def forward(
        self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Return every state, and the last state and memory to go on from. x: (B, T, C). state: (1, B, H) twice."""
        zeros = x.new_zeros(len(x), self.hidden_size)
        h, c = (zeros, zeros) if state is None else (state[0][0], state[1][0])
        from_x = x @ self.weight_ih_l0.T + self.bias_ih_l0 + self.bias_hh_l0  # (B, T, 4H)
        states = []
        for from_x_t in from_x.unbind(1):
            h, c = lstm_cell(from_x_t + h @ self.weight_hh_l0.T, c)
            states.append(h)
        return torch.stack(states, dim=1), (h[None], c[None])


@torch.no_grad()
def open_forget_gate(lstm: nn.Module, bias: float = 1.0) -> None:
    """Start with gates that remember: set the forget gate's bias, so that the gradient finds its way back.

    lstm: ours or torch's, any number of layers. Jozefowicz, Zaremba and Sutskever 2015, "An Empirical Exploration of
    Recurrent Network Architectures".

    >>> lstm = LSTM(3, 2)
    >>> open_forget_gate(lstm)
    >>> (lstm.bias_ih_l0 + lstm.bias_hh_l0)[2:4].tolist()
    [1.0, 1.0]
    """
    size = lstm.hidden_size
    for name, parameter in lstm.named_parameters():
        if name.startswith("bias"):  # there are two, which are added
            parameter[size : 2 * size] = bias if name.startswith("bias_ih") else 0.0
