"""Reading what a GGUF file says about its model, but not the weights.

The `gguf` library makes several arrays of every string, which takes seconds for a vocabulary of 49 thousand. The
format is simple enough to read it here directly (specification: ggml, docs/gguf.md): a magic number, a version, two
counts, and then name, type and value, over and over. The tests compare with `gguf`.
"""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAGIC, VERSIONS = b"GGUF", (2, 3)
STRING, ARRAY = 8, 9
DEEPEST = 8  # arrays in arrays; the format sets no limit, but Python's stack does
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


def read_gguf_metadata(path: str | Path) -> dict[str, Any]:
    """The metadata of a GGUF file by name; arrays become lists. Raises ValueError when it is none, or damaged.

    >>> read_gguf_metadata("SmolLM2-135M-Instruct.Q4_1.gguf")["general.architecture"]  # doctest: +SKIP
    'llama'
    """
    with gguf_cursor(path) as cursor:
        _n_tensors, metadata = cursor.header()
    return metadata


@contextmanager
def gguf_cursor(path: str | Path) -> Iterator["Cursor"]:
    """The bytes of a GGUF file from its beginning; a ValueError inside the block is told with the file's name."""
    path = Path(path)
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError(f"{path.name} is no GGUF file: it does not begin with the letters GGUF")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                yield Cursor(data)
            except ValueError as error:
                raise ValueError(f"{path.name} cannot be read: {error}") from None


class Cursor:
    """A place in the bytes of a file, moved on by everything that is read. All numbers are little-endian."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, len(MAGIC)

    def header(self) -> tuple[int, dict[str, Any]]:
        """How many tensors the file lists after its metadata, and all names and values of these."""
        if (version := self.scalar("I")) not in VERSIONS:
            raise ValueError(f"it has GGUF version {version}; versions {VERSIONS} can be read")
        n_tensors, n_values = self.scalar("Q"), self.scalar("Q")
        return n_tensors, {self.string(): self.value(self.scalar("I")) for _ in range(n_values)}

    def value(self, kind: int, depth: int = 0) -> Any:
        """One value of the type that the number `kind` stands for, `depth` arrays deep."""
        if kind == STRING:
            return self.string()
        if kind in SCALARS:
            return self.scalar(SCALARS[kind])
        if kind != ARRAY:
            raise ValueError(f"it is damaged: no value has the type {kind}; fetch it again")
        if depth == DEEPEST:
            raise ValueError(f"it is damaged: arrays lie more than {DEEPEST} deep in each other; fetch it again")
        item_kind, length = self.scalar("I"), self.scalar("Q")
        if item_kind in SCALARS:
            return list(self.numbers(SCALARS[item_kind], length))
        return [self.value(item_kind, depth + 1) for _ in range(length)]

    def string(self) -> str:
        """A length and so many bytes of UTF-8."""
        try:
            return self.take(self.scalar("Q")).decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"it is damaged: a text is no UTF-8 ({error.reason}); fetch it again") from None

    def scalar(self, code: str) -> Any:
        """One number of the type that `struct` calls `code`."""
        return self.numbers(code, 1)[0]

    def numbers(self, code: str, length: int) -> tuple[Any, ...]:
        """`length` numbers of one type."""
        return struct.unpack(f"<{length}{code}", self.take(length * struct.calcsize(f"<{code}")))

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        piece = self.data[self.at : self.at + length]
        if len(piece) < length:
            raise ValueError("it is damaged and ends early; fetch it again")
        self.at += length
        return piece
