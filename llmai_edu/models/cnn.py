"""TextCNN: filters that each look for a phrase, and the strongest find of each decides.

Kim 2014, "Convolutional Neural Networks for Sentence Classification". A filter of width w is a vector of w · C weights;
its score at a place is its dot product with the vectors of the w tokens there. The largest score over the text is kept:
that something stands there, not where. `ngram_scores` is the convolution written out; `TextCNN` calls torch's, which a
test holds equal to it and which takes half the time.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["Find", "TextCNN", "ngram_scores"]


def ngram_scores(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Score every n-gram of a text with every filter: a convolution, written as the dot products that it is.

    x: (B, T, C). weight: (F, w, C), filters of width w. bias: (F,). Returns (B, T - w + 1, F).
    Raises ValueError for a text shorter than the filters.

    >>> x = torch.tensor([[[1.0], [2.0], [3.0]]])                # three tokens of one channel
    >>> ngram_scores(x, torch.ones(1, 2, 1), torch.zeros(1)).flatten().tolist()
    [3.0, 5.0]
    """
    width = weight.shape[1]
    if x.shape[1] < width:
        raise ValueError(f"a text of {x.shape[1]} tokens is too short for filters of width {width}: pad it")
    windows = x.unfold(1, width, 1).transpose(2, 3)  # (B, T - w + 1, w, C)
    return windows.flatten(2) @ weight.flatten(1).T + bias


class Find(NamedTuple):
    """What made the filters of one width fire: the n-gram's place and the score, for each text and filter."""

    width: int
    start: torch.Tensor  # (B, F): its first token
    score: torch.Tensor  # (B, F), before the ReLU: at 0 and below the filter stays silent


class TextCNN(nn.Module):
    """A classifier of texts by the phrases that it finds in them.

    vocab_size: V. classes: K. channels: C, of a token's vector. widths, filters: so many filters of each width.
    pad: the id that fills up short texts; a text's result does not depend on how far it was filled up. vectors:
    (V, C) to begin with, such as GloVe's; frozen: keep them as they are. generator: draws the weights.

    >>> model = TextCNN(100, 2, channels=8, filters=4, generator=torch.Generator().manual_seed(0))
    >>> model(torch.tensor([[5, 6, 7, 8, 9, 0]])).shape            # (B, K)
    torch.Size([1, 2])
    """

    def __init__(
        self,
        vocab_size: int,
        classes: int,
        *,
        channels: int = 50,
        widths: Sequence[int] = (3, 4, 5),
        filters: int = 100,
        dropout: float = 0.5,
        pad: int = 0,
        vectors: torch.Tensor | None = None,
        frozen: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if vectors is not None and vectors.shape != (vocab_size, channels):
            raise ValueError(f"vectors must have shape {(vocab_size, channels)}, got {tuple(vectors.shape)}")
        self.pad, self.widths = pad, tuple(widths)
        self.embed = nn.Embedding(vocab_size, channels)
        self.filters = nn.ParameterList(torch.empty(filters, width, channels) for width in widths)
        self.biases = nn.ParameterList(torch.zeros(filters) for _ in widths)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(len(widths) * filters, classes)
        for weight in (self.embed.weight, *self.filters, self.head.weight):
            nn.init.normal_(weight, std=weight[0].numel() ** -0.5, generator=generator)
        nn.init.zeros_(self.head.bias)
        if vectors is not None:
            self.embed.weight.data.copy_(vectors)
        self.embed.weight.requires_grad_(not frozen)

    def finds(self, ids: torch.Tensor) -> list[Find]:
        """Return, for each width, the n-gram that fires each filter most; gradients flow through its score.

        A window that begins behind the text's last whole n-gram does not count, so that padding finds nothing; a
        text shorter than a filter has one window, filled up. ids: (B, T) of int64.
        """
        ids = F.pad(ids, (0, max(0, max(self.widths) - ids.shape[1])), value=self.pad)
        x = self.embed(ids) * (ids != self.pad)[..., None]  # (B, T, C): padding is zero
        lengths = (ids != self.pad).sum(1)  # (B,)
        found = []
        for weight, bias in zip(self.filters, self.biases):
            # ngram_scores(x, weight, bias), as torch has it: channels before time. (B, places, F)
            scores = F.conv1d(x.transpose(1, 2), weight.transpose(1, 2), bias).transpose(1, 2)
            last = (lengths - weight.shape[1]).clamp(min=0)  # (B,)
            behind = torch.arange(scores.shape[1], device=ids.device) > last[:, None]  # (B, places)
            score, start = scores.masked_fill(behind[..., None], -torch.inf).max(dim=1)  # (B, F)
            found.append(Find(weight.shape[1], start, score))
        return found

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits of the classes. ids: (B, T) of int64, padded at the end. Returns (B, K)."""
        features = torch.cat([F.relu(find.score) for find in self.finds(ids)], dim=1)  # (B, widths · F)
        return self.head(self.dropout(features))
