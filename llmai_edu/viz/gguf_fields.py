"""The fields of a GGUF file one after another, for the hex view: header, facts, list of tensors, a block of weights."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from llmai_edu.viz.gguf_bytes import ByteField

NUMBERS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}  # kind of value: its letter for struct
TEXT, ARRAY, MOST = 8, 9, 70


def gguf_fields(data: bytes | np.ndarray) -> dict[str, list[ByteField]]:
    """Walk through a GGUF file and note where each field of its header, its facts and its list of tensors lies.

    data: the bytes of the file; a memory map will do. What a field says is cut to 70 characters; an array says how many
    items it has. Raises ValueError when it is no GGUF file, or ends too early.

    >>> empty = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)
    >>> [field.name for field in gguf_fields(empty)["header"]]
    ['magic', 'version', 'number of tensors', 'number of facts']
    """
    if bytes(data[:4]) != b"GGUF":
        raise ValueError("this is no GGUF file: it does not begin with the letters GGUF")
    walk = _Walk(data)
    try:
        header, n_tensors, n_facts = _header(walk)
        facts = [field for _ in range(n_facts) for field in _fact(walk)]
        tensors = [field for _ in range(n_tensors) for field in _tensor(walk)]
    except struct.error:
        raise ValueError(f"it is cut short: it has {len(data)} bytes, and a field ends later; fetch it again") from None
    return {"header": header, "facts": facts, "tensors": tensors}


def q4_1_fields(data: bytes | np.ndarray, place: int) -> list[ByteField]:
    """The 18 fields of a Q4_1 block that begins at a place: scale, minimum, and 16 bytes with two numbers each.

    Raises ValueError when the file ends before the block.

    >>> block = np.float16([0.5, -1.0]).tobytes() + bytes([0x21] * 16)
    >>> [field.value for field in q4_1_fields(block, 0)[:3]]
    ['0.500000 (float16)', '-1.000000 (float16)', 'q = 1 and 2']
    """
    block = bytes(data[place : place + 20])
    if len(block) != 20:
        raise ValueError(f"a Q4_1 block has 20 bytes; only {len(block)} are left at {place}")
    names = zip(("scale", "minimum"), struct.unpack("<ee", block[:4]))
    fields = [
        ByteField(place + 2 * i, place + 2 * i + 2, name, f"{value:.6f} (float16)")
        for i, (name, value) in enumerate(names)
    ]
    for i, byte in enumerate(block[4:]):
        at = place + 4 + i
        fields.append(ByteField(at, at + 1, f"weights {i} and {i + 16}", f"q = {byte % 16} and {byte // 16}"))
    return fields


class _Walk:
    """A place in the file, moved on by everything that is read."""

    def __init__(self, data: bytes | np.ndarray) -> None:
        self.data, self.at = data, 4

    def number(self, letter: str) -> Any:
        (found,) = struct.unpack_from("<" + letter, self.data, self.at)
        self.at += struct.calcsize("<" + letter)
        return found

    def text(self) -> str:
        length = self.number("Q")
        found = bytes(self.data[self.at : self.at + length])
        if len(found) < length:
            raise struct.error("a text ends behind the file")
        self.at += length
        return found.decode(errors="replace")

    def value(self, kind: int) -> Any:
        if kind == TEXT:
            return self.text()
        if kind in NUMBERS:
            return self.number(NUMBERS[kind])
        if kind != ARRAY:
            raise ValueError(f"it is damaged: no value has the kind {kind}; fetch it again")
        item, length = self.number("I"), self.number("Q")
        for _ in range(length):
            self.value(item)
        return f"{length:,} items"

    def field(self, name: str, read: Callable[[], Any]) -> tuple[ByteField, Any]:
        """Read something, and note where it stood."""
        start, found = self.at, read()
        return ByteField(start, self.at, name, str(found)[:MOST]), found


def _header(walk: _Walk) -> tuple[list[ByteField], int, int]:
    """The four fields of the first 24 bytes, and the two counts."""
    version, _ = walk.field("version", lambda: walk.number("I"))
    tensors, n_tensors = walk.field("number of tensors", lambda: walk.number("Q"))
    facts, n_facts = walk.field("number of facts", lambda: walk.number("Q"))
    return [ByteField(0, 4, "magic", "GGUF"), version, tensors, facts], n_tensors, n_facts


def _fact(walk: _Walk) -> list[ByteField]:
    """Name, kind and value."""
    name, _ = walk.field("name, with its length", walk.text)
    kind, number = walk.field("kind of value", lambda: walk.number("I"))
    value, _ = walk.field("value", lambda: walk.value(number))
    return [name, kind, value]


def _tensor(walk: _Walk) -> list[ByteField]:
    """Name, sides, packing and place."""

    def sides() -> str:
        found = [walk.number("Q") for _ in range(walk.number("I"))]
        return f"{len(found)}: {found}"

    name, _ = walk.field("name, with its length", walk.text)
    shape, _ = walk.field("sides", sides)
    packing, _ = walk.field("packing", lambda: walk.number("I"))
    place, _ = walk.field("place", lambda: f"{walk.number('Q'):,}")
    return [name, shape, packing, place]
