"""One printable character for each byte: how GPT-2's files write tokens that are not valid text."""

from functools import cache


@cache
def bytes_to_unicode() -> dict[int, str]:
    """The printable character that stands for each of the 256 bytes in GPT-2's files.

    Printable Latin-1 bytes stand for themselves; the other 68, in order, take the characters from U+0100 on. So a
    space (0x20) becomes "Ġ" and a newline (0x0A) becomes "Ċ" (Radford et al. 2019, in the code released with GPT-2).

    >>> bytes_to_unicode()[ord("a")], bytes_to_unicode()[ord(" ")]
    ('a', 'Ġ')
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {byte: chr(byte) for byte in printable}
    table |= {byte: chr(256 + n) for n, byte in enumerate(others)}
    return dict(sorted(table.items()))


@cache
def unicode_to_bytes() -> dict[str, int]:
    """The table of `bytes_to_unicode`, read backwards.

    >>> unicode_to_bytes()["Ġ"]
    32
    """
    return {character: byte for byte, character in bytes_to_unicode().items()}


def bytes_to_text(token: bytes) -> str:
    """Write the bytes of a token as printable characters.

    >>> bytes_to_text(" é".encode())
    'ĠÃ©'
    """
    table = bytes_to_unicode()
    return "".join([table[byte] for byte in token])


def text_to_bytes(text: str) -> bytes:
    """Read back what `bytes_to_text` wrote. Raises ValueError at a character that stands for no byte.

    >>> text_to_bytes("ĠÃ©").decode()
    ' é'
    """
    table = unicode_to_bytes()
    try:
        return bytes([table[character] for character in text])
    except KeyError as error:
        raise ValueError(f"{error} in token {text!r} stands for no byte; is this a byte-level BPE file?") from None
