"""The packed layers: torch's kernels give what the unpacked matrix gives, and the bytes are as promised."""

import pytest
import torch

from llmai_edu.compression.packed import Int4Linear, Int8DynamicLinear, Int8Linear
from llmai_edu.compression.quantize import dequantize_int4, dequantize_int8, quantize_int4, quantize_int8

GENERATOR = torch.Generator().manual_seed(0)
WEIGHT = torch.randn(256, 48, generator=GENERATOR) / 16
LAYERS = [
    lambda: Int8Linear(WEIGHT),
    lambda: Int8Linear(WEIGHT, 64),
    lambda: Int4Linear(WEIGHT),
    lambda: Int4Linear(WEIGHT, 128),
]
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize("rows", [1, 3, 40])
def test_the_kernel_multiplies_with_the_unpacked_matrix(make, rows, device):
    layer = make().to(device)
    x = torch.randn(2, rows, 256, generator=GENERATOR).to(device)
    want = x.bfloat16().double() @ layer.dequantized().double()
    got = layer(x)
    assert got.dtype == torch.float32
    assert (got - want).abs().max() < 0.012 * want.abs().max()


def test_activations_in_8_bits_cost_at_most_half_a_step_of_theirs():
    layer, x = Int8DynamicLinear(WEIGHT), torch.randn(1, 256, generator=GENERATOR)
    step = (x.max() - x.min()) / 127  # torch keeps one of the 8 bits back
    matrix = layer.dequantized()
    assert ((layer(x) - x @ matrix).abs() <= step / 2 * matrix.abs().sum(0) + 1e-4).all()
    assert torch.equal(Int8Linear(WEIGHT).q, layer.q)


def test_without_torchs_kernel_the_activations_stay_as_they_are(monkeypatch):
    monkeypatch.delattr(torch, "_make_per_channel_quantized_tensor")
    x = torch.randn(1, 256, generator=GENERATOR)
    assert torch.equal(Int8DynamicLinear(WEIGHT)(x), Int8Linear(WEIGHT)(x))


def test_groups_and_activations_in_8_bits_do_not_go_together():
    with pytest.raises(ValueError, match="whole column, got groups of 64"):
        Int8DynamicLinear(WEIGHT, 64)


@pytest.mark.parametrize("make", LAYERS)
def test_unpacked_it_is_the_rounded_matrix(make):
    layer = make()
    if isinstance(layer, Int8Linear):
        want = dequantize_int8(*quantize_int8(WEIGHT, layer.group_size, torch.bfloat16))
    else:
        want = dequantize_int4(*quantize_int4(WEIGHT, layer.group_size, torch.bfloat16))
    torch.testing.assert_close(layer.dequantized(), want)
    ids = torch.tensor([[3, 47], [0, 3]])
    torch.testing.assert_close(layer.rows(ids), want.T[ids])


def test_the_bytes_are_those_of_the_formula():
    assert Int8Linear(WEIGHT).stored_bytes() == 256 * 48 + 2 * 48
    assert Int4Linear(WEIGHT, 64).stored_bytes() == 256 * 48 // 2 + 4 * 4 * 48


def test_it_works_after_it_was_moved():
    layer = Int4Linear(WEIGHT)
    x = torch.randn(1, 256, generator=GENERATOR)
    before = layer(x)
    assert torch.equal(layer.double().float()(x), before) or (layer(x) - before).abs().max() < 1e-2


@pytest.mark.parametrize(
    ("weight", "size", "says"),
    [(WEIGHT, 16, "groups of 32, 64, 128"), (WEIGHT[:, :20], 32, "multiple of 16 outputs"), (WEIGHT[:80], 64, "fill")],
)
def test_what_the_kernel_cannot_do_is_refused(weight, size, says):
    with pytest.raises(ValueError, match=says):
        Int4Linear(weight, size)
