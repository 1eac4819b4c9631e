"""A language model around a recurrent layer: token vectors in, the layer, and the same vectors to read the answer.

The recurrent layer is an argument: `RNN` or `LSTM` of this package, or torch's own, which are faster. Weight tying:
Press and Wolf 2017, "Using the Output Embedding to Improve Language Models"; Inan, Khosravi and Socher 2017.
"""

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.state import State

__all__ = ["RecurrentLM"]


class RecurrentLM(nn.Module):
    """Token ids in, a logit for each possible next token out, from all tokens so far.

    vocab_size: V. recurrent: batch first; its input_size is C, the size of a token's vector. dropout: before and
    after the layer. tied: one matrix (V, C) both reads tokens and predicts them; if the state's size H is not C, a
    matrix brings it there. generator: draws all weights, those of `recurrent` too.

    >>> lstm = nn.LSTM(8, 16, batch_first=True)
    >>> model = RecurrentLM(256, lstm, generator=torch.Generator().manual_seed(0))
    >>> logits, state = model(torch.tensor([[72, 105]]))
    >>> logits, state = model(torch.tensor([[33]]), state)      # the text goes on
    >>> logits.shape                                            # (B, T, V)
    torch.Size([1, 1, 256])
    """

    def __init__(
        self,
        vocab_size: int,
        recurrent: nn.Module,
        *,
        dropout: float = 0.0,
        tied: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not getattr(recurrent, "batch_first", True):
            raise ValueError("the recurrent layer must take the batch first: make it with batch_first=True")
        channels, hidden = recurrent.input_size, recurrent.hidden_size
        self.embed = nn.Embedding(vocab_size, channels)
        self.recurrent = recurrent
        self.dropout = nn.Dropout(dropout)
        self.project = nn.Identity() if hidden == channels else nn.Linear(hidden, channels, bias=False)
        self.head = None if tied else nn.Linear(channels, vocab_size, bias=False)
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        for name, weight in self.named_parameters():
            if name.startswith("recurrent"):
                nn.init.uniform_(weight, -(hidden**-0.5), hidden**-0.5, generator=generator)
            elif weight.ndim == 2:
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5, generator=generator)

    def forward(self, ids: torch.Tensor, state: State = None) -> tuple[torch.Tensor, State]:
        """Logits for the token after each of `ids`, and the state with which the text can be read on.

        ids: (B, T) of int64. state: as the layer returns it; None where a text begins. Returns (B, T, V) and the state.
        """
        x = self.dropout(self.embed(ids))  # (B, T, C)
        x, state = self.recurrent(x, state)  # (B, T, H)
        x = self.project(self.dropout(x))  # (B, T, C)
        table = self.embed.weight if self.head is None else self.head.weight  # (V, C)
        return F.linear(x, table, self.bias), state
