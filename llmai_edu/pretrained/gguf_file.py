"""Reading the tensors of a GGUF file, the format in which llama.cpp keeps quantized models.

A file is a header (metadata as name and value, then a list of the tensors with their places) and, after it,
the bytes of the tensors (specification: ggml, docs/gguf.md). The `gguf` library knows how each of some thirty
quantizations packs its numbers.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize, quant_shape_to_byte_shape

from llmai_edu.tokenizers.gguf_metadata import Cursor, gguf_cursor

ANOTHER = "take a file of another quantization, such as Q4_1, Q8_0 or F16, or a newer version of the package gguf"


@dataclass(frozen=True)
class TensorInfo:
    """Where one tensor lies in the file, and in which form."""

    shape: tuple[int, ...]  # (out, in) for a matrix
    kind: GGMLQuantizationType
    start: int  # in bytes, from the beginning of the file

    @property
    def byte_shape(self) -> tuple[int, ...]:
        """The shape counted in bytes: a row of 64 numbers in Q4_1 has 40."""
        return tuple(quant_shape_to_byte_shape(self.shape, self.kind))

    @property
    def stop(self) -> int:
        """The first byte behind it."""
        return self.start + math.prod(self.byte_shape)


@dataclass(frozen=True)
class GGUFFile:
    """The header of a GGUF file: what the model is, and where its tensors lie."""

    path: Path
    metadata: dict[str, Any]
    tensors: dict[str, TensorInfo]

    def read(self, name: str) -> torch.Tensor:
        """The numbers of one tensor in float32, whatever they were quantized to.

        The file is mapped into memory, so nothing but this tensor is read from the disk. Raises ValueError for a
        quantization that the `gguf` library cannot undo.
        """
        info = self.tensors[name]
        packed = np.memmap(self.path, np.uint8, "r", offset=info.start, shape=info.byte_shape)
        try:
            numbers = dequantize(packed, info.kind)
        except NotImplementedError:
            problem = f"{name} has the quantization {info.kind.name}, which cannot be undone here"
            raise ValueError(f"{self.path.name} cannot be read: {problem}; {ANOTHER}") from None
        return torch.from_numpy(np.require(numbers, requirements="W"))  # a copy, where it still is the file


def open_gguf(path: str | Path) -> GGUFFile:
    """Read the header of a GGUF file; the tensors stay on the disk until they are asked for.

    Raises FileNotFoundError when there is no such file, ValueError when it is none, or damaged, or cut short.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist: give the path of a .gguf file")
    with gguf_cursor(path) as cursor:
        n_tensors, metadata = cursor.header()
        tensors = read_places(cursor, n_tensors, read_alignment(metadata))
        end, size = max((info.stop for info in tensors.values()), default=0), len(cursor.data)
        if end > size:
            raise ValueError(f"it is cut short: it has {size} bytes and should have {end}; fetch it again")
    return GGUFFile(path, metadata, tensors)


def read_alignment(metadata: dict[str, Any]) -> int:
    """Of which number of bytes the places of all tensors are multiples: 32, where the file does not say."""
    step = metadata.get("general.alignment", 32)
    if type(step) is not int or step < 1 or step & (step - 1):
        raise ValueError(f"its general.alignment must be a power of 2, and is {step!r}; fetch it again")
    return step


def read_places(cursor: Cursor, n_tensors: int, alignment: int) -> dict[str, TensorInfo]:
    """Where the tensors lie: the list behind the metadata, of names, shapes, quantizations and places.

    Raises ValueError for a list that makes no sense, without the name of the file.
    """
    entries = [read_entry(cursor) for _ in range(n_tensors)]
    base = -(-cursor.at // alignment) * alignment  # the bytes begin at the next multiple of the alignment
    tensors: dict[str, TensorInfo] = {}
    for name, shape, kind, at in entries:
        if at % alignment:
            raise ValueError(f"{name} begins at byte {at}, no multiple of its alignment {alignment}; fetch it again")
        if name in tensors:
            raise ValueError(f"it lists the tensor {name} twice; fetch it again")
        tensors[name] = TensorInfo(shape, kind, base + at)
    return tensors


def read_entry(cursor: Cursor) -> tuple[str, tuple[int, ...], GGMLQuantizationType, int]:
    """One line of the list: the tensor's name, its shape, its quantization, and where it begins."""
    name, n_dims = cursor.string(), cursor.scalar("I")
    shape = cursor.numbers("Q", n_dims)[::-1]  # the file has the fastest index first, numpy last
    number, at = cursor.scalar("I"), cursor.scalar("Q")
    if not 1 <= n_dims <= 4 or min(shape) < 1:
        raise ValueError(f"{name} has the shape {shape}, not one to four positive sizes; fetch it again")
    if number not in set(GGMLQuantizationType):
        raise ValueError(f"{name} has the quantization {number}, which is unknown here; {ANOTHER}")
    kind = GGMLQuantizationType(number)
    if shape[-1] % (block := GGML_QUANT_SIZES[kind][0]):
        raise ValueError(f"{name} has rows of {shape[-1]} numbers, no whole blocks of {block}; fetch it again")
    return name, shape, kind, at


def dequantize_q4_1_block(block: bytes) -> np.ndarray:
    """The 32 weights of one Q4_1 block, by hand: weight = scale · q + minimum, where q has 4 bits.

    A block is 20 bytes: scale and minimum in float16, then 16 bytes with two numbers each; the lower
    half-bytes are the first 16 weights, the upper ones the last 16. That makes 5 bits a weight.

    Returns (32,) of float32. Raises ValueError when the block has another length.

    >>> block = np.float16([0.5, -1.0]).tobytes() + bytes([0xF0] * 16)
    >>> weights = dequantize_q4_1_block(block)
    >>> weights[0].item(), weights[31].item()             # 0.5 · 0 - 1 and 0.5 · 15 - 1
    (-1.0, 6.5)
    """
    if len(block) != 20:
        raise ValueError(f"a Q4_1 block has 20 bytes, got {len(block)}")
    scale, minimum = np.frombuffer(block, dtype="<f2", count=2).astype(np.float32)
    pairs = np.frombuffer(block, dtype=np.uint8, offset=4)
    q = np.concatenate((pairs & 0x0F, pairs >> 4))  # (32,), each 0 … 15
    return scale * q + minimum
