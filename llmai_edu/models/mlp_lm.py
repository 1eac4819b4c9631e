"""The first neural language model: a multilayer perceptron that reads the last few tokens.

Bengio, Ducharme, Vincent and Jauvin 2003, "A Neural Probabilistic Language Model". Its two ideas are still in every
language model: tokens get vectors that are learned with the rest, and one network serves all contexts, so that what is
learned about one carries over to those alike. Left out: the paper's direct connections from the vectors to the output,
which it found to help little.
"""

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.state import State

__all__ = ["MLPLM"]


class MLPLM(nn.Module):
    """Token ids in, a logit for each possible next token out, from the last `context` tokens.

    vocab_size: V. context: the tokens it sees (the paper's n - 1). channels: C, of a token's vector. hidden: of
    the tanh layer. start: the id that stands before a text begins. generator: draws the weights.

    >>> model = MLPLM(256, context=4, channels=8, hidden=16, generator=torch.Generator().manual_seed(0))
    >>> logits, state = model(torch.tensor([[72, 105, 33]]))
    >>> logits.shape                                       # (B, T, V)
    torch.Size([1, 3, 256])
    """

    def __init__(
        self,
        vocab_size: int,
        *,
        context: int,
        channels: int,
        hidden: int,
        dropout: float = 0.0,
        start: int = 0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not 0 <= start < vocab_size or context < 1:
            raise ValueError(f"need context >= 1 and a start id in 0..{vocab_size - 1}, got {context} and {start}")
        self.context, self.start = context, start
        self.embed = nn.Embedding(vocab_size, channels)
        self.hidden = nn.Linear(context * channels, hidden)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, vocab_size)
        nn.init.normal_(self.embed.weight, std=1.0, generator=generator)
        for layer in (self.hidden, self.head):
            nn.init.normal_(layer.weight, std=layer.in_features**-0.5, generator=generator)
            nn.init.zeros_(layer.bias)

    def forward(self, ids: torch.Tensor, state: State = None) -> tuple[torch.Tensor, State]:
        """Logits for the token after each of `ids`, and the state with which the text can be read on.

        The state is the last tokens before `ids`; without it, a text begins.

        ids: (B, T) of int64. state: (context - 1, B). Returns (B, T, V) and the new state.
        """
        past = ids.new_full((len(ids), self.context - 1), self.start) if state is None else state.T
        ids = torch.cat((past, ids), dim=1)  # (B, context - 1 + T)
        windows = self.embed(ids).unfold(1, self.context, 1)  # (B, T, C, context): the last tokens, at each place
        x = windows.transpose(2, 3).flatten(2)  # (B, T, context · C), oldest token first
        logits = self.head(self.dropout(F.tanh(self.hidden(x))))
        return logits, ids[:, ids.shape[1] - self.context + 1 :].T
