"""Rotary positions: a token's place in the text, told by turning its queries and keys (Su et al. 2021)."""

from collections.abc import Callable

import torch


def inverse_frequencies(head_dim: int, theta: float, device: torch.device | str | None = None) -> torch.Tensor:
    """How far each pair of channels turns from one token to the next: theta^(-2i/D) radians for pair i.

    The first pair turns by 1 radian a token, the last ones hardly at all.

    Returns (D/2,) of float32.

    >>> inverse_frequencies(4, theta=100.0).tolist()
    [1.0, 0.10000000149011612]
    """
    exponent = torch.arange(0, head_dim, 2, device=device) / head_dim  # (D/2,)
    return 1.0 / theta**exponent


def rope_angles(
    positions: torch.Tensor,
    head_dim: int,
    theta: float,
    scaling: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosine and sine of the angle by which each pair of channels is turned at each position.

    Pair i turns by `position · theta^(-2i/D)` radians: the first pair by 1 a token, the last ones hardly at
    all.

    positions: (T,), or (B, T) where texts are padded. head_dim: D, even. scaling: changes the radians a token, for
    texts longer than those of the training; see `rope_scaling`. Returns two tensors of float32, (T, D/2) or
    (B, 1, T, D/2), which broadcast over the heads.

    >>> cos, sin = rope_angles(torch.arange(3), head_dim=4, theta=100.0)
    >>> angle = torch.atan2(sin, cos)[2]                  # position 2: 2 radians, and 2 / 100^(1/2)
    >>> [round(a, 3) for a in angle.tolist()]
    [2.0, 0.2]
    """
    turn = inverse_frequencies(head_dim, theta, positions.device)  # (D/2,), radians a token
    if scaling is not None:
        turn = scaling(turn)
    angle = positions[..., None] * turn  # (..., T, D/2)
    if positions.ndim == 2:
        angle = angle[:, None]  # (B, 1, T, D/2)
    return angle.cos(), angle.sin()


def apply_rope(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn every pair of channels by its angle, so that q · k tells how far apart two tokens are, and not
    where.

    Channel i is paired with channel i + D/2, as on the Hugging Face hub; the paper and llama.cpp pair the
    neighbours 2i and 2i + 1 (`apply_rope_neighbours`). Either gives the same attention, once the rows of the query
    and key weights stand in that order.

    x: (B, H, T, D). cos, sin: (T, D/2) or (B, 1, T, D/2). Returns (B, H, T, D). Su et al. 2021, "RoFormer".

    >>> east = torch.tensor([[[[1.0, 0.0]]]])
    >>> quarter_turn = torch.tensor([[torch.pi / 2]])
    >>> north = apply_rope(east, quarter_turn.cos(), quarter_turn.sin())
    >>> [abs(round(c, 3)) for c in north.flatten().tolist()]
    [0.0, 1.0]
    """
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    a, b = x.chunk(2, dim=-1)  # (B, H, T, D/2) each
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def apply_rope_neighbours(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """`apply_rope` as the paper writes it: channels 2i and 2i + 1 form a pair.

    Shapes as for `apply_rope`.

    >>> x = torch.tensor([[[[1.0, 0.0, 5.0, 0.0]]]])      # two arrows that point east
    >>> quarter_turn = torch.full((1, 2), torch.pi / 2)
    >>> north = apply_rope_neighbours(x, quarter_turn.cos(), quarter_turn.sin())
    >>> [abs(round(c, 3)) for c in north.flatten().tolist()]
    [0.0, 1.0, 0.0, 5.0]
    """
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)  # (B, H, T, D/2) each
    return torch.stack((a * cos - b * sin, b * cos + a * sin), dim=-1).flatten(-2)
