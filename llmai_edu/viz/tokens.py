"""Draw a text cut into tokens, as HTML chips that show every boundary."""

import html
from collections.abc import Sequence

from llmai_edu.viz.style import TINTS

CHIP = (
    "display:inline-block;margin:1px;padding:1px 4px;border:1px solid #555;border-radius:4px;"
    "background:{tint};color:#000;font-family:monospace;white-space:pre"
)


def readable(piece: bytes) -> str:
    """Return one token's bytes as text in which nothing is invisible.

    A space is shown as ␣, a line break as ⏎, a tab as ⇥; bytes that are only a part of a character are shown in
    hexadecimal.

    >>> readable(b" the"), readable(bytes([0xF0, 0x9F]))
    ('␣the', '⟨f0 9f⟩')
    """
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        return f"⟨{piece.hex(' ')}⟩"
    for invisible, mark in ((" ", "␣"), ("\n", "⏎"), ("\t", "⇥")):
        text = text.replace(invisible, mark)
    return text if text.isprintable() else "".join(c if c.isprintable() else f"⟨U+{ord(c):04X}⟩" for c in text)


def token_chips(pieces: Sequence[bytes], ids: Sequence[int] | None = None) -> str:
    """Return HTML that shows each token in a bordered box of its own, with its id when ids are given.

    The border marks the boundary; the tints only help the eye. Raises ValueError when there are not as many ids as
    pieces.

    >>> token_chips([b"Hi"], [17]).count("<span")
    1
    """
    if ids is not None and len(ids) != len(pieces):
        raise ValueError(f"got {len(pieces)} tokens and {len(ids)} ids: give one id for each token")
    chips = []
    for i, piece in enumerate(pieces):
        style = CHIP.format(tint=TINTS[i % len(TINTS)])
        title = "" if ids is None else f' title="id {ids[i]}"'
        below = "" if ids is None else f'<br><small style="color:#333">{ids[i]}</small>'
        chips.append(f'<span style="{style}"{title}>{html.escape(readable(piece))}{below}</span>')
    return f'<div style="line-height:1.8">{"".join(chips)}</div>'
