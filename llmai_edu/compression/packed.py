"""Layers that keep their matrix in 8 or 4 bits, and multiply with it through torch's packed kernels.

The kernels take activations in bfloat16 and never write the unpacked matrix to memory. That pays where one token is
computed at a time, for then the time goes into reading the weights. For many tokens at once a plain product with the
unpacked matrix is faster, and that is what `forward` takes then.
"""

import warnings
from typing import Any

import torch
from torch import nn

from llmai_edu.compression.quantize import dequantize_int4, dequantize_int8, quantize_int4, quantize_int8

__all__ = ["Int4Linear", "Int8DynamicLinear", "Int8Linear", "PackedLinear"]


class PackedLinear(nn.Module):
    """What both layers share: y = x @ weight for a matrix (in, out) that is kept in another form.

    x: (..., in). Returns (..., out) in the type of x.
    """

    in_features: int
    out_features: int
    few_rows = 0  # with more tokens at once, unpacking the matrix and a plain product are faster

    def dequantized(self) -> torch.Tensor:
        """The matrix that this layer stands for: (in, out) of float32."""
        raise NotImplementedError

    def packed_product(self, x: torch.Tensor) -> torch.Tensor:
        """x (B, in) times the matrix, by torch's kernel: (B, out)."""
        raise NotImplementedError

    def plain_product(self, x: torch.Tensor) -> torch.Tensor:
        """x (B, in) times the matrix, unpacked first: (B, out), products in bfloat16."""
        return x.bfloat16() @ self.dequantized().bfloat16()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self.in_features)  # (B, in)
        if len(rows) <= self.few_rows and self.has_kernel(x.device):
            y = self.packed_product(rows)
        else:
            y = self.plain_product(rows)
        return y.to(x.dtype).view(*x.shape[:-1], self.out_features)

    def has_kernel(self, device: torch.device) -> bool:
        """Whether this torch multiplies such a matrix in its packed form there."""
        return device.type == "cpu"

    def stored_bytes(self) -> int:
        """What the layer holds, scales included."""
        return sum(tensor.numel() * tensor.element_size() for tensor in self.buffers())

    def extra_repr(self) -> str:
        return f"{self.in_features}, {self.out_features}"


class Int8Linear(PackedLinear):
    """A matrix in 8 bits, with one scale for each output, or with a group size for each group.

    torch's kernel knows one scale an output. With groups the matrix is unpacked for each product, which is slow: that
    form is there to be measured, not to be used.

    >>> layer = Int8Linear(torch.eye(64))
    >>> layer(torch.ones(1, 64)).shape, layer.stored_bytes()      # 64 · 64 weights, 64 scales of 2 bytes
    (torch.Size([1, 64]), 4224)
    """

    few_rows = 12

    def __init__(self, weight: torch.Tensor, group_size: int | None = None) -> None:
        super().__init__()
        q, scale = quantize_int8(weight, group_size, torch.bfloat16)
        self.in_features, self.out_features = weight.shape
        self.group_size = group_size
        self.register_buffer("q", q.T.contiguous())  # (out, in): as the kernel wants it
        self.register_buffer("scale", scale)  # (groups, out)

    def dequantized(self) -> torch.Tensor:
        return dequantize_int8(self.q.T, self.scale)

    def has_kernel(self, device: torch.device) -> bool:
        key = device.type.upper()  # on a GPU, older versions of torch have none
        return len(self.scale) == 1 and torch._C._dispatch_has_kernel_for_dispatch_key("aten::_weight_int8pack_mm", key)

    def packed_product(self, x: torch.Tensor) -> torch.Tensor:
        return torch._weight_int8pack_mm(x.bfloat16(), self.q, self.scale[0])

    def plain_product(self, x: torch.Tensor) -> torch.Tensor:
        if len(self.scale) > 1:
            return super().plain_product(x)
        sums = x.bfloat16() @ self.q.T.bfloat16()  # whole numbers up to 127 are exact in bfloat16
        return sums.float() * self.scale.float()

    def rows(self, ids: torch.Tensor) -> torch.Tensor:
        """The columns of the matrix with these numbers, for a head that is the table of tokens too: (..., in)."""
        scale = self.scale[:, ids].float().movedim(0, -1)  # (..., groups)
        return self.q[ids].float() * scale.repeat_interleave(self.in_features // len(self.scale), -1)


class Int8DynamicLinear(Int8Linear):
    """8 bits for the matrix, and for what enters it, too: then whole numbers are multiplied, and no float.

    The scale of the activations is found anew for each call ("dynamic"), one for all of x, and torch keeps one of their
    8 bits back so that sums cannot overflow. That costs precision beside `Int8Linear`, and the processor has
    instructions for such products. Where torch has no such kernel, this is an `Int8Linear`.

    >>> layer = Int8DynamicLinear(torch.eye(64))
    >>> layer(torch.ones(1, 64)).shape
    torch.Size([1, 64])
    """

    def __init__(self, weight: torch.Tensor, group_size: int | None = None) -> None:
        if group_size is not None:
            raise ValueError(f"with 8-bit activations a scale serves a whole column, got groups of {group_size}")
        super().__init__(weight)
        self.kernel: Any = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.kernel is not None and self.kernel is not False and x.numel() == self.in_features:
            # One token: its product takes about as long as the calls around it, so there are none.
            return torch.ops.quantized.linear_dynamic.default(x.float(), self.kernel, True).to(x.dtype)
        return super().forward(x)

    def packed_product(self, x: torch.Tensor) -> torch.Tensor:
        if not self.packed(x.device):
            return super().packed_product(x)
        return torch.ops.quantized.linear_dynamic.default(x.float(), self.kernel, True)

    def packed(self, device: torch.device) -> bool:
        """Whether `kernel` holds the matrix, packed at the first call."""
        if self.kernel is None:
            self.kernel = self.pack() if device.type == "cpu" else False
        return self.kernel is not False

    def pack(self) -> Any:
        """The matrix as torch's kernel wants it; False where there is none, on other processors or in a later torch."""
        make = getattr(torch, "_make_per_channel_quantized_tensor", None)
        if make is None or torch.backends.quantized.engine not in ("x86", "fbgemm", "onednn"):
            return False
        scale = self.scale[0].double()
        with warnings.catch_warnings():  # torch has announced that its quantized tensors will go
            warnings.filterwarnings("ignore", message=".*quantized tensor creation", category=UserWarning)
            return torch.ops.quantized.linear_prepack(make(self.q, scale, torch.zeros_like(scale).long(), 0), None)

    def _apply(self, fn: Any, recurse: bool = True) -> "Int8DynamicLinear":
        self.kernel = None  # packed anew where the layer goes
        return super()._apply(fn, recurse)


class Int4Linear(PackedLinear):
    """A matrix in 4 bits, with a scale and a lowest value for each group of 32, 64, 128 or 256 weights.

    Both are stored in bfloat16, so a weight costs 4 bits and a group 32 more: 5 bits a weight with groups of 32.

    >>> layer = Int4Linear(torch.eye(64), group_size=32)
    >>> layer(torch.ones(1, 64)).shape, layer.stored_bytes()      # 64 · 64 / 2, and 2 · 64 groups of 4 bytes
    (torch.Size([1, 64]), 2560)
    """

    few_rows = 256  # unpacking takes long here

    def __init__(self, weight: torch.Tensor, group_size: int = 32) -> None:
        super().__init__()
        if group_size not in (32, 64, 128, 256):
            raise ValueError(f"torch's kernel knows groups of 32, 64, 128 and 256 weights, got {group_size}")
        if weight.shape[1] % 16:
            raise ValueError(f"torch's kernel needs a multiple of 16 outputs, got {weight.shape[1]}")
        q, scale, low = quantize_int4(weight, group_size, torch.bfloat16)
        self.in_features, self.out_features = weight.shape
        self.group_size = group_size
        q = q.T.contiguous()  # (out, in)
        self.register_buffer("pairs", q[:, ::2] << 4 | q[:, 1::2])  # (out, in / 2): two numbers a byte
        self.register_buffer("scale_low", torch.stack((scale, low), -1))  # (groups, out, 2)
        self.kernel: tuple[torch.Tensor, torch.Tensor] | None = None

    def whole_numbers(self) -> torch.Tensor:
        """q, the numbers from 0 to 15: (out, in) of uint8."""
        return torch.stack((self.pairs >> 4, self.pairs & 15), -1).flatten(1)

    def dequantized(self) -> torch.Tensor:
        return dequantize_int4(self.whole_numbers().T, self.scale_low[..., 0], self.scale_low[..., 1])

    def has_kernel(self, device: torch.device) -> bool:
        return device.type in ("cpu", "cuda")

    def packed_product(self, x: torch.Tensor) -> torch.Tensor:
        if self.kernel is None or self.kernel[0].device != x.device:
            self.pack(x.device)
        multiply = torch._weight_int4pack_mm_for_cpu if x.device.type == "cpu" else torch._weight_int4pack_mm
        return multiply(x.bfloat16(), self.kernel[0], self.group_size, self.kernel[1])

    def pack(self, device: torch.device) -> None:
        """Bring the numbers into the order in which the kernel of this device reads them.

        torch's convention is weight = (q - 8) · scale + middle, so the lowest value moves up by eight steps.
        """
        scale, low = self.scale_low.float().unbind(-1)
        zeros = torch.stack((scale, low + 8 * scale), -1).bfloat16()
        if device.type == "cpu":
            packed = torch._convert_weight_to_int4pack_for_cpu(self.whole_numbers().int(), 1)
        else:
            tiles = next(tiles for tiles in (8, 4, 2) if self.in_features % (16 * tiles) == 0)
            packed = torch._convert_weight_to_int4pack(self.pairs.contiguous(), tiles)
        self.kernel = packed, zeros.contiguous()

    def rows(self, ids: torch.Tensor) -> torch.Tensor:
        """The columns of the matrix with these numbers, for a head that is the table of tokens too: (..., in)."""
        pairs = self.pairs[ids]  # (..., in / 2)
        q = torch.stack((pairs >> 4, pairs & 15), -1).flatten(-2)
        scale, low = self.scale_low[:, ids].float().movedim(0, -2).repeat_interleave(self.group_size, -2).unbind(-1)
        return q.float() * scale + low

    def _apply(self, fn: Any, recurse: bool = True) -> "Int4Linear":
        self.kernel = None  # packed anew where the layer goes
        return super()._apply(fn, recurse)
