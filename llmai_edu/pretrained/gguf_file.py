"""Reading a GGUF file: the format in which llama.cpp keeps quantized models (github.com/ggml-org/ggml,
docs/gguf.md)."""

from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader, ReaderTensor
from gguf.quants import dequantize


def open_gguf(path: str | Path) -> GGUFReader:
    """Open a GGUF file; its tensors stay on disk (memory-mapped) until they are read.

    Raises FileNotFoundError when there is no such file, ValueError when it is no complete GGUF file.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist: give the path of a .gguf file")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{path.name} is not a GGUF file: it does not begin with the letters GGUF")
    try:
        return GGUFReader(path)
    except (ValueError, IndexError, KeyError) as error:
        raise ValueError(f"{path.name} is damaged or cut short ({error}): fetch it again") from error


def read_value(reader: GGUFReader, key: str) -> str | int | float | bool | list:
    """One value of the file's metadata. Raises KeyError when the file does not have it."""
    field = reader.get_field(key)
    if field is None:
        raise KeyError(f"the file says nothing about {key!r}; it knows {', '.join(list(reader.fields)[3:8])}, …")
    return field.contents()


def read_tensor(tensor: ReaderTensor) -> torch.Tensor:
    """The numbers of one tensor in float32, whatever they were quantized to.

    Returns (out, in) for a matrix, (size,) for a vector.
    """
    return torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type)))


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
