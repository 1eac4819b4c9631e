"""Rounding to 8 and 4 bits: never further than half a step, as torch and gguf round, and the edges."""

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType
from gguf import quants as gguf_quants
from hypothesis import given, settings
from hypothesis import strategies as st

from llmai_edu.compression.quantize import (
    dequantize_int4,
    dequantize_int8,
    error_bound,
    quantize_int4,
    quantize_int8,
)

SHAPES = st.tuples(st.sampled_from([32, 64, 96]), st.integers(1, 5), st.integers(0, 2**31 - 1), st.floats(-6, 6))


def matrix(rows: int, columns: int, seed: int, exponent: float) -> torch.Tensor:
    """Numbers of any size, some of them outliers and some columns all zero."""
    generator = torch.Generator().manual_seed(seed)
    weight = 10**exponent * torch.randn(rows, columns, generator=generator)
    weight[torch.rand(rows, columns, generator=generator) < 0.02] *= 50
    weight[:, torch.rand(columns, generator=generator) < 0.2] = 0
    return weight


@given(SHAPES, st.sampled_from([None, 8, 32]), st.sampled_from([torch.float32, torch.bfloat16]))
@settings(max_examples=50, deadline=None)
def test_int8_is_never_off_by_more_than_half_a_step(shape, group_size, dtype):
    weight = matrix(*shape)
    q, scale = quantize_int8(weight, group_size, dtype)
    assert q.dtype == torch.int8
    assert scale.shape == (1 if group_size is None else len(weight) // group_size, weight.shape[1])
    bound = error_bound(scale, len(weight))
    assert ((dequantize_int8(q, scale) - weight).abs() <= bound * 1.0001 + 1e-6 * weight.abs()).all()


@given(SHAPES, st.sampled_from([None, 8, 32]), st.sampled_from([torch.float32, torch.bfloat16]))
@settings(max_examples=50, deadline=None)
def test_int4_is_never_off_by_more_than_half_a_step(shape, group_size, dtype):
    weight = matrix(*shape)
    q, scale, low = quantize_int4(weight, group_size, dtype)
    assert q.max() <= 15
    bound = error_bound(scale, len(weight))
    assert ((dequantize_int4(q, scale, low) - weight).abs() <= bound * 1.0001 + 1e-6 * weight.abs()).all()


def test_int8_rounds_as_torch_does():
    weight = matrix(64, 6, 1, -1.0)
    q, scale = quantize_int8(weight)
    safe = scale[0].double()
    theirs = torch.fake_quantize_per_channel_affine(weight, scale[0], torch.zeros(6, dtype=torch.int32), 1, -127, 127)
    torch.testing.assert_close(dequantize_int8(q, scale), theirs)
    assert (safe > 0).all()


def test_int8_in_groups_of_32_is_ggufs_q8_0():
    weight = matrix(64, 6, 2, -1.0)
    blocks = gguf_quants.quantize(weight.T.contiguous().numpy(), GGMLQuantizationType.Q8_0)
    theirs = torch.from_numpy(gguf_quants.dequantize(blocks, GGMLQuantizationType.Q8_0)).T
    ours = dequantize_int8(*quantize_int8(weight, 32, torch.float16))
    step = error_bound(quantize_int8(weight, 32)[1], 64) * 2
    differs = (ours - theirs).abs() > 1e-3 * step + 1e-3 * weight.abs()
    assert differs.float().mean() < 0.02  # gguf rounds with the scale in float32, and stores it in float16


def test_int4_in_groups_of_32_is_ggufs_q4_1():
    weight = matrix(64, 6, 3, -1.0)
    blocks = gguf_quants.quantize(weight.T.contiguous().numpy(), GGMLQuantizationType.Q4_1)
    theirs = torch.from_numpy(gguf_quants.dequantize(blocks, GGMLQuantizationType.Q4_1)).T
    q, scale, low = quantize_int4(weight, 32, torch.float16)
    ours = dequantize_int4(q, scale, low)
    same = (ours - theirs).abs() < 0.05 * error_bound(scale, 64) + 1e-6
    assert same.float().mean() > 0.97
    again = quantize_int4(theirs, 32)  # what lies on such a grid is found again
    torch.testing.assert_close(dequantize_int4(*again), theirs, atol=1e-6, rtol=1e-5)


def test_smaller_groups_err_less():
    weight = matrix(128, 40, 4, -1.0)
    error = {}
    for size in (32, 64, 128):
        error[size] = (dequantize_int4(*quantize_int4(weight, size)) - weight).square().mean().item()
    assert error[32] < error[64] < error[128]
    assert error[128] > 20 * (dequantize_int8(*quantize_int8(weight, 128)) - weight).square().mean().item()


@pytest.mark.parametrize("quantize", [quantize_int8, quantize_int4])
@pytest.mark.parametrize(
    ("weight", "size", "says"),
    [
        (torch.zeros(10, 2), 4, "do not fill a column of 10"),
        (torch.zeros(10), 5, "must be a matrix"),
        (torch.zeros(4, 4, dtype=torch.int64), 4, "of floats"),
        (torch.zeros(4, 4), 0, "groups of 0"),
    ],
)
def test_what_cannot_be_is_refused(quantize, weight, size, says):
    with pytest.raises(ValueError, match=says):
        quantize(weight, size)


def test_a_hand_worked_case():
    weight = torch.tensor([[0.0], [1.0], [2.0], [30.0]])
    q, scale, low = quantize_int4(weight, 4)
    assert (scale.item(), low.item()) == (2.0, 0.0)
    assert q.flatten().tolist() == [0, 0, 1, 15]  # 0.5 rounds to the even number
    assert np.allclose(dequantize_int4(q, scale, low).flatten(), [0, 0, 2, 30])
