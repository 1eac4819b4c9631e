"""Reading a text longer than a model's context: overlapping windows, each token scored once.

A text cut into separate pieces makes a model look bad, for every piece begins without a past. A window that moves
by less than its length scores only what the one before it had not, each token (after the first window) with at
least ``context - stride`` tokens before it.
"""

from typing import NamedTuple

__all__ = ["Window", "sliding_windows"]


class Window(NamedTuple):
    """Feed tokens begin..end-1 to the model, and count the losses of tokens scored_from..end-1."""

    begin: int
    scored_from: int
    end: int


def sliding_windows(n_tokens: int, context: int, stride: int) -> list[Window]:
    """Return the windows that score tokens 1..n_tokens-1 of a text, once each.

    Token 0 has nothing before it and is not scored: put the document separator there. context: tokens that a
    window holds. stride: by how many it moves; half the context is usual. Raises ValueError unless
    1 <= stride < context.

    >>> [tuple(window) for window in sliding_windows(10, context=6, stride=3)]
    [(0, 1, 6), (3, 6, 9), (4, 9, 10)]
    """
    if not 1 <= stride < context:
        raise ValueError(f"need 1 <= stride < context, got stride {stride} and context {context}")
    windows, scored = [], 1
    while scored < n_tokens:
        end = min(n_tokens, context if scored == 1 else scored + stride)
        windows.append(Window(max(0, end - context), scored, end))
        scored = end
    return windows
