"""Reading the tensors of a GGUF file, the format in which llama.cpp keeps quantized models.

A file is a header (metadata as name and value, then a list of the tensors with their places) and, after it,
the bytes of the tensors (specification: ggml, docs/gguf.md). The `gguf` library knows how each of some thirty
quantizations packs its numbers.
"""

import math
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGMLQuantizationType
from gguf.quants import dequantize, quant_shape_to_byte_shape

from llmai_edu.tokenizers.gguf_metadata import MAGIC, Cursor


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

        The file is mapped into memory, so nothing but this tensor is read from the disk.
        """
        info = self.tensors[name]
        packed = np.memmap(self.path, np.uint8, "r", offset=info.start, shape=info.byte_shape)
        numbers = dequantize(packed, info.kind)
        return torch.from_numpy(np.require(numbers, requirements="W"))  # a copy, where it still is the file


def open_gguf(path: str | Path) -> GGUFFile:
    """Read the header of a GGUF file; the tensors stay on the disk until they are asked for.

    Raises FileNotFoundError when there is no such file, ValueError when it is none, or damaged, or cut short.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist: give the path of a .gguf file")
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise ValueError(f"{path.name} is no GGUF file: it does not begin with the letters GGUF")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            metadata, tensors = read_header(data, path.name)
    end, size = max((info.stop for info in tensors.values()), default=0), path.stat().st_size
    if end > size:
        raise ValueError(f"{path.name} is cut short: it has {size} bytes and should have {end}; fetch it again")
    return GGUFFile(path, metadata, tensors)


def read_header(data: mmap.mmap, name: str) -> tuple[dict[str, Any], dict[str, TensorInfo]]:
    """The metadata, and where the tensors lie; `name` is what errors call the file."""
    count = Cursor(data, name)
    count.scalar("I")  # the version
    n_tensors = count.scalar("Q")
    cursor = Cursor(data, name)
    metadata = cursor.metadata()
    entries = []
    for _ in range(n_tensors):
        tensor, n_dims = cursor.string(), cursor.scalar("I")
        shape = cursor.numbers("Q", n_dims)[::-1]  # the file has the fastest index first, numpy last
        entries.append((tensor, shape, GGMLQuantizationType(cursor.scalar("I")), cursor.scalar("Q")))
    step = metadata.get("general.alignment", 32)
    base = -(-cursor.at // step) * step  # the bytes begin at the next multiple of the alignment
    return metadata, {tensor: TensorInfo(shape, kind, base + at) for tensor, shape, kind, at in entries}


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
