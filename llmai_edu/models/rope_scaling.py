"""Rotary positions for longer texts than those of the training: the same circle, turned more slowly.

A pair of channels that turned once in 10,000 tokens has never been seen beyond the first turn of a text of 8,192.
Slowed down, it meets at token 40,000 an angle that it knows from token 5,000. Each scaling here maps the radians a
token, (D/2,), to slower ones; it goes into `LlamaConfig(rope_scaling=...)`.
"""

import math
from dataclasses import dataclass, fields
from numbers import Real

import torch


@dataclass(frozen=True)
class LinearScaling:
    """Turn every pair of channels `factor` times more slowly, as if the tokens stood closer together.

    Neighbours become hard to tell apart, so the model is trained a little more afterwards. Raises ValueError for a
    factor below 1. Chen et al. 2023, "Extending Context Window of Large Language Models via Positional Interpolation".

    >>> LinearScaling(factor=4.0)(torch.tensor([1.0, 0.1])).tolist()
    [0.25, 0.02500000037252903]
    """

    factor: float

    def __post_init__(self) -> None:
        check_numbers(self)

    def __call__(self, turn: torch.Tensor) -> torch.Tensor:
        return turn / self.factor


@dataclass(frozen=True)
class Llama3Scaling:
    """Slow down the pairs that turn slowly already; leave those alone that tell neighbours apart.

    What counts is how often a pair turned in a text of the old length: more than `high_freq_factor` times, it keeps its
    speed; fewer than `low_freq_factor` times, it turns `factor` times more slowly; in between, the two are mixed.

    Raises ValueError for a factor below 1, or when the high one is not above the low one.
    Dubey et al. 2024, "The Llama 3 Herd of Models"; the rule was published as code, with Llama 3.1.

    >>> scaling = Llama3Scaling(8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192)
    >>> turns = torch.tensor([100.0, 4.0, 2.5, 1.0, 0.5])                       # in 8192 tokens
    >>> radians = turns * 2 * torch.pi / 8192
    >>> [round(speed, 4) for speed in (scaling(radians) / radians).tolist()]
    [1.0, 1.0, 0.5625, 0.125, 0.125]
    """

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_max_position_embeddings: int

    def __post_init__(self) -> None:
        check_numbers(self)
        if self.high_freq_factor <= self.low_freq_factor:
            raise ValueError(
                f"high_freq_factor {self.high_freq_factor} must be above low_freq_factor {self.low_freq_factor}"
            )

    def __call__(self, turn: torch.Tensor) -> torch.Tensor:
        turns = turn * (self.original_max_position_embeddings / (2 * math.pi))  # (D/2,), in a text of the old length
        kept = (turns - self.low_freq_factor) / (self.high_freq_factor - self.low_freq_factor)
        return torch.lerp(turn / self.factor, turn, kept.clamp(0, 1))


def check_numbers(scaling: LinearScaling | Llama3Scaling) -> None:
    """Refuse anything but positive numbers, and a factor that would speed the positions up."""
    for field in fields(scaling):
        number = getattr(scaling, field.name)
        if not isinstance(number, Real) or isinstance(number, bool) or not 0 < number < math.inf:
            raise ValueError(f"{field.name} must be a positive number, got {number!r}")
    if scaling.factor < 1:
        raise ValueError(f"factor must be at least 1, got {scaling.factor}: positions are slowed down, not sped up")
