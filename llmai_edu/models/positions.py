"""Positions as waves: attention is blind to order, so a token's place is added to its vector (Vaswani et al. 2017).

Other ways to tell it where tokens stand: a table that is learned (GPT-2, BERT), a bias on the scores (T5), and turning
the queries and keys (Llama; in `rope`).
"""

import torch


def sinusoidal_positions(length: int, channels: int, base: float = 10_000.0) -> torch.Tensor:
    """A vector for each place, made of sine and cosine waves that run slower from one pair of channels to the next.

    Channels 2i and 2i + 1 hold the sine and the cosine of `t · base^(-2i/C)`. A step of k places turns each pair by the
    same angle wherever it begins, so the dot product of two such vectors tells how far apart they are, and not where.

    length: T. channels: C, even. Returns (T, C) of float32. Raises ValueError for an odd or non-positive C.
    Vaswani et al. 2017, "Attention Is All You Need".

    >>> wave = sinusoidal_positions(3, 4, base=100.0)
    >>> angle = torch.atan2(wave[2, 0::2], wave[2, 1::2])     # place 2: 2 radians, and 2 / 100^(1/2)
    >>> [round(a, 3) for a in angle.tolist()]
    [2.0, 0.2]
    """
    if channels < 2 or channels % 2:
        raise ValueError(f"channels come in pairs of sine and cosine: give a positive even number, got {channels}")
    speed = base ** (-torch.arange(0, channels, 2, dtype=torch.float64) / channels)  # (C/2,), radians a place
    angle = torch.arange(length, dtype=torch.float64)[:, None] * speed  # (T, C/2)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1).float()  # (T, C)
