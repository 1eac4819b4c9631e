"""Quantization of a matrix: whole numbers of 8 or 4 bits, and for each group of weights a step between them.

Weights only: what flows through the model stays in floating point. A group is `group_size` neighbouring weights of one
column of an (in, out) matrix, so all weights of a group meet the same output.
"""

import torch

__all__ = ["dequantize_int4", "dequantize_int8", "error_bound", "quantize_int4", "quantize_int8"]


def grouped(weight: torch.Tensor, group_size: int | None) -> torch.Tensor:
    """A matrix (in, out) cut into groups along `in`: (groups, group size, out)."""
    if weight.ndim != 2 or not weight.is_floating_point():
        raise ValueError(f"weight must be a matrix (in, out) of floats, got {tuple(weight.shape)} of {weight.dtype}")
    size = weight.shape[0] if group_size is None else group_size
    if size < 1 or weight.shape[0] % size:
        raise ValueError(f"groups of {size} do not fill a column of {weight.shape[0]} weights evenly")
    return weight.float().unflatten(0, (-1, size))


def quantize_int8(
    weight: torch.Tensor, group_size: int | None = None, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor]:
    """Round to 8 bits, symmetrically: weight ≈ q · scale, where the largest weight of a group becomes ±127.

    weight: (in, out). group_size: weights of a column that share a scale, None for all. dtype: in which the scales are
    stored; the rounding knows of it. Returns q, (in, out) of int8, and the scales, (groups, out). Raises ValueError
    when the groups do not fill a column.

    >>> q, scale = quantize_int8(torch.tensor([[0.5], [-2.54], [0.0]]))
    >>> q.flatten().tolist(), round(scale.item(), 6)
    ([25, -127, 0], 0.02)
    """
    groups = grouped(weight, group_size)  # (G, size, out)
    scale = (groups.abs().amax(1) / 127).clamp_min(torch.finfo(torch.float32).tiny).to(dtype)
    return (groups / scale[:, None].float()).round().clamp(-127, 127).to(torch.int8).flatten(0, 1), scale


def dequantize_int8(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """The weights that `quantize_int8` stands for: (in, out) of float32.

    >>> dequantize_int8(torch.tensor([[4], [-1]], dtype=torch.int8), torch.tensor([[0.5]])).flatten().tolist()
    [2.0, -0.5]
    """
    return (q.unflatten(0, (len(scale), -1)).float() * scale[:, None].float()).flatten(0, 1)


def quantize_int4(
    weight: torch.Tensor, group_size: int | None = 32, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Round to 4 bits: weight ≈ q · scale + low, where the smallest weight of a group becomes 0 and the largest 15.

    weight: (in, out). dtype: in which scale and low are stored; the rounding knows of it. Returns q, (in, out) of
    uint8, and scale and low, (groups, out). Raises ValueError when the groups do not fill a column.

    >>> q, scale, low = quantize_int4(torch.tensor([[-1.0], [0.26], [2.0]]), group_size=3)
    >>> q.flatten().tolist(), round(scale.item(), 6), low.item()
    ([0, 6, 15], 0.2, -1.0)
    """
    groups = grouped(weight, group_size)
    low, high = groups.aminmax(dim=1)
    scale = ((high - low) / 15).clamp_min(torch.finfo(torch.float32).tiny).to(dtype)
    low = low.to(dtype)
    q = (groups - low[:, None].float()) / scale[:, None].float()
    return q.round().clamp(0, 15).to(torch.uint8).flatten(0, 1), scale, low


def dequantize_int4(q: torch.Tensor, scale: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
    """The weights that `quantize_int4` stands for: (in, out) of float32.

    >>> q = torch.tensor([[0], [15]], dtype=torch.uint8)
    >>> dequantize_int4(q, torch.tensor([[0.5]]), torch.tensor([[-1.0]])).flatten().tolist()
    [-1.0, 6.5]
    """
    groups = q.unflatten(0, (len(scale), -1)).float()
    return (groups * scale[:, None].float() + low[:, None].float()).flatten(0, 1)


def error_bound(scale: torch.Tensor, rows: int) -> torch.Tensor:
    """The most by which rounding may move each weight: half a step of its group. Returns (in, out).

    rows: of the matrix (in).

    >>> error_bound(torch.tensor([[0.5, 1.0]]), rows=2).tolist()
    [[0.25, 0.5], [0.25, 0.5]]
    """
    return (scale.float() / 2).repeat_interleave(rows // len(scale), 0)
