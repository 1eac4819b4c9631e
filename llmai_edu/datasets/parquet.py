"""Read one column of text from a Parquet file: as much of the format as the word list of GloVe needs.

The usual library for Parquet takes 170 MB, for one list of words. A file of this kind is a row of pages, each a small
header (Thrift's compact form) and a block packed with Snappy; both formats are public and short.
https://parquet.apache.org/docs/file-format/, https://github.com/google/snappy/blob/main/format_description.txt
"""

from pathlib import Path

from .errors import DataError

MAGIC = b"PAR1"
DATA_PAGE, DICTIONARY_PAGE = 0, 2
PLAIN, RLE_DICTIONARY = 0, 8


def read_distinct_strings(path: Path) -> list[str]:
    """Return the strings of a Parquet file of one column without repetitions, in their order.

    Where nothing repeats, the dictionary of a page *is* the data: its entries are in the order of their first use, so
    that the pages of references to it need not be read. Raises DataError for a file of another kind.

    >>> read_distinct_strings(Path("glove_6B_index.parquet"))[:4]  # doctest: +SKIP
    ['the', ',', '.', 'of']
    """
    data = path.read_bytes()
    try:
        words, n_values = _read_pages(data)
    except (IndexError, KeyError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a Parquet list of strings ({error}): fetch it again") from None
    if not len(words) == len(set(words)) == n_values:
        raise DataError(f"{path} holds {n_values} values and {len(words)} strings: it is no list without repetitions")
    return words


def _read_pages(data: bytes) -> tuple[list[str], int]:
    """Return the strings of all pages, and how many values the data pages announce."""
    if data[:4] != MAGIC or data[-4:] != MAGIC:
        raise ValueError("its first or last four bytes are not PAR1")
    position, end = 4, len(data) - 8 - int.from_bytes(data[-8:-4], "little")  # behind the pages lies the schema
    words, n_values = [], 0
    while position < end:
        header, position = read_struct(data, position)
        page = snappy_decompress(data[position : position + header[3]])  # field 3: the compressed size
        position += header[3]
        if header[1] == DICTIONARY_PAGE:
            words += _plain_strings(page, 0)
            continue
        info = header[5]  # of a data page; 1: number of values, 2: their encoding
        if header[1] != DATA_PAGE or info[2] not in (PLAIN, RLE_DICTIONARY):
            raise ValueError(f"a page of kind {header[1]} is not understood")
        n_values += info[1]
        if info[2] == PLAIN:
            # First come the marks of missing values, behind their length; here nothing is missing.
            words += _plain_strings(page, 4 + int.from_bytes(page[:4], "little"))
    if position != end:
        raise ValueError("its pages do not end where they should")
    return words, n_values


def _plain_strings(page: bytes, position: int) -> list[str]:
    """Return the strings from `position` on; each lies behind its length in four bytes."""
    words = []
    while position < len(page):
        start = position + 4
        position = start + int.from_bytes(page[position:start], "little")
        words.append(page[start:position].decode("utf-8"))
    return words


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return the number at `position`, seven bits a byte and the lowest first, and the position behind it.

    >>> read_varint(bytes([0xAC, 0x02]), 0)  # 0x2C + (0x02 << 7)
    (300, 2)
    """
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def read_struct(data: bytes, position: int) -> tuple[dict[int, object], int]:
    """Return a struct in Thrift's compact form as field number to value, and the position behind it.

    >>> read_struct(bytes([0x15, 0x04, 0x00]), 0)  # field 1, an integer: 4 is zigzag for 2
    ({1: 2}, 3)
    """
    fields, number = {}, 0
    while (head := data[position]) != 0:
        position += 1
        step, kind = head >> 4, head & 0x0F
        if not step:
            raise ValueError("a field number in its long form is not understood")
        number += step
        if kind in (1, 2):  # a truth value is its own kind
            fields[number] = kind == 1
        elif kind in (4, 5, 6):
            zigzag, position = read_varint(data, position)
            fields[number] = (zigzag >> 1) ^ -(zigzag & 1)
        elif kind == 8:
            size, position = read_varint(data, position)
            fields[number], position = data[position : position + size], position + size
        elif kind == 12:
            fields[number], position = read_struct(data, position)
        else:
            raise ValueError(f"a field of kind {kind} is not understood")
    return fields, position + 1


def snappy_decompress(packed: bytes) -> bytes:
    """Return what `packed` holds in Snappy's block format; raises ValueError if it is damaged.

    A block is a list of commands: copy the next bytes of the input, or copy again what was written a while ago.

    >>> snappy_decompress(bytes([9, (3 - 1) << 2]) + b"abc" + bytes([(6 - 4) << 2 | 1, 3]))
    b'abcabcabc'
    """
    size, position = read_varint(packed, 0)
    out = bytearray()
    while position < len(packed):
        tag = packed[position]
        position += 1
        kind, length = tag & 3, (tag >> 2) + 1
        if kind == 0:
            if length > 60:  # longer literals give their length in the next one to four bytes
                extra = length - 60
                length = int.from_bytes(packed[position : position + extra], "little") + 1
                position += extra
            out += packed[position : position + length]
            position += length
            continue
        width = (1, 2, 4)[kind - 1]
        offset = int.from_bytes(packed[position : position + width], "little")
        position += width
        if kind == 1:
            length, offset = 4 + (tag >> 2 & 7), offset | tag >> 5 << 8
        if not 0 < offset <= len(out):
            raise ValueError("a copy from before the beginning")
        start = len(out) - offset
        # A copy may reach into what it writes itself: then the last `offset` bytes repeat.
        seen = out[start : start + length]
        out += (seen * (length // len(seen) + 1))[:length]
    if len(out) != size:
        raise ValueError(f"{len(out)} bytes instead of {size}")
    return bytes(out)
