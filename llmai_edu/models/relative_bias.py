"""Relative position bias: attention prefers a distance, whatever the words are (T5's way to know the order)."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def relative_position_bucket(
    relative: torch.Tensor, *, bidirectional: bool, num_buckets: int = 32, max_distance: int = 128
) -> torch.Tensor:
    """Sort distances into buckets: near ones have a bucket each, far ones share buckets that grow wider and wider.

    Half of the buckets of a direction hold one distance each; the other half divide the distances up to
    `max_distance` evenly by their logarithm, and the last holds all beyond. Seen in both directions, each direction
    has half of the buckets; seen backwards only, keys ahead of the query fall into bucket 0.

    relative: whole numbers, the place of the key minus the place of the query. Returns the same shape, of int64,
    0 ≤ bucket < num_buckets. Raises ValueError for too few buckets, or a `max_distance` that the exact ones reach.
    Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer".

    >>> relative_position_bucket(torch.tensor([0, -1, -15, -16, -20, -500]), bidirectional=False).tolist()
    [0, 1, 15, 16, 17, 31]
    >>> relative_position_bucket(torch.tensor([-3, 3]), bidirectional=True).tolist()
    [3, 19]
    """
    side = num_buckets // 2 if bidirectional else num_buckets  # buckets for one direction
    exact = side // 2
    if exact < 1 or max_distance <= exact:
        raise ValueError(f"{num_buckets} buckets and max_distance {max_distance} leave no exact or no shared bucket")
    distance = relative.abs() if bidirectional else (-relative).clamp(min=0)
    share = (distance.clamp(min=1).float() / exact).log() / math.log(max_distance / exact)  # 0 at exact, 1 at the end
    far = (exact + (share * (side - exact)).long()).clamp(max=side - 1)
    bucket = torch.where(distance < exact, distance, far)
    return bucket + side * (relative > 0) if bidirectional else bucket


class RelativeBias(nn.Module):
    """One learned number a bucket and head, added to the attention scores of all pairs at such a distance.

    >>> bias = RelativeBias(num_heads=4, bidirectional=True)
    >>> bias(queries=3, keys=3).shape                     # (1, H, T, S)
    torch.Size([1, 4, 3, 3])
    """

    def __init__(self, num_heads: int, *, bidirectional: bool, num_buckets: int = 32, max_distance: int = 128) -> None:
        super().__init__()
        self.bidirectional, self.max_distance = bidirectional, max_distance
        self.weight = nn.Parameter(torch.zeros(num_buckets, num_heads))  # (buckets, H)

    def forward(self, queries: int, keys: int) -> torch.Tensor:
        """The bias for the last `queries` of `keys` tokens: (1, H, T, S)."""
        places = torch.arange(keys, device=self.weight.device)
        relative = places - places[keys - queries :, None]  # (T, S)
        buckets = relative_position_bucket(
            relative,
            bidirectional=self.bidirectional,
            num_buckets=len(self.weight),
            max_distance=self.max_distance,
        )
        return F.embedding(buckets, self.weight).permute(2, 0, 1)[None]  # (T, S, H) → (1, H, T, S)
