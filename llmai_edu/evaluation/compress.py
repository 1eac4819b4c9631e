"""Compressors as language models: what gzip and xz need for a byte of text.

A compressor that spends few bits on a text has predicted it well (Shannon 1948), so that its output size is directly
comparable with a model's bits per byte. A model has read the training text first; the fair comparison
gives it to the compressor too.
"""

import gzip
import lzma

__all__ = ["compressed_bits_per_byte", "compressed_size"]


def compressed_size(data: bytes, method: str) -> int:
    """Return the size in bytes after compression at the strongest setting of "gzip" or "xz".

    xz is slow: about 1 s for 1 MB, and 64 MiB of dictionary. Raises ValueError for another method.

    >>> compressed_size(b"ha" * 1000, "gzip") < 50
    True
    """
    if method == "gzip":
        return len(gzip.compress(data, 9, mtime=0))
    if method == "xz":
        return len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    raise ValueError(f'method must be "gzip" or "xz", got {method!r}')


def compressed_bits_per_byte(data: bytes, method: str, primed_with: bytes = b"") -> float:
    """Return the bits that a compressor spends on each byte of data, after it has seen another text.

    With ``primed_with`` the answer is the *growth* of the output, size(primed_with + data) - size(primed_with). gzip
    looks back only 32 KiB and cannot use a longer text; xz looks back 64 MiB.

    >>> text = b"Fellow citizens of the Senate and of the House of Representatives"
    >>> compressed_bits_per_byte(text, "xz") > compressed_bits_per_byte(text, "xz", primed_with=text)
    True
    """
    if not data:
        raise ValueError("there is nothing to compress: data is empty")
    before = compressed_size(primed_with, method) if primed_with else 0
    return 8 * (compressed_size(primed_with + data, method) - before) / len(data)
