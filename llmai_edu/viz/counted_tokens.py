"""Draw a training example as tokens, with those that the loss counts marked."""

import html
from collections.abc import Sequence

from llmai_edu.viz.tokens import readable

__all__ = ["counted_chips"]

CHIP = (
    "display:inline-block;margin:1px;padding:1px 4px;border-radius:4px;color:#000;font-family:monospace;"
    "white-space:pre;"
)
READ = "border:1px dashed #777;background:#F2F2F2"
LEARNED = "border:2px solid #0072B2;background:#CFE6F5;font-weight:bold"


def counted_chips(pieces: Sequence[bytes], counted: Sequence[int]) -> str:
    """Return HTML: each token in a box, solid and marked ✓ where it counts in the loss, dashed where it is only read.

    Raises ValueError when there are not as many marks as tokens.

    >>> counted_chips([b"Hi", b"!"], [0, 1]).count("✓")
    1
    """
    if len(pieces) != len(counted):
        raise ValueError(f"got {len(pieces)} tokens and {len(counted)} marks: give one mark for each token")
    chips = []
    for piece, learned in zip(pieces, counted):
        style, below = (LEARNED, "✓") if learned else (READ, "·")
        chips.append(f'<span style="{CHIP}{style}">{html.escape(readable(piece))}<br><small>{below}</small></span>')
    return f'<div style="line-height:1.8">{"".join(chips)}</div>'
