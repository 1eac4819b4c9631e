"""The other way to translate live: translate anew at each word, and let what was shown change."""

from collections.abc import Sequence
from itertools import pairwise

__all__ = ["beginnings", "erased", "normalized_erasure"]


def beginnings(text: str) -> list[str]:
    """The text after its first word, its first two words, and so on.

    >>> beginnings("turn it off")
    ['turn', 'turn it', 'turn it off']
    """
    words = text.split()
    return [" ".join(words[:heard]) for heard in range(1, len(words) + 1)]


def erased(before: Sequence, after: Sequence) -> int:
    """How many units at the end of what was shown must be wiped away before the new ones can be shown.

    >>> erased(["éteindre", "le"], ["éteindre", "la", "lampe"])
    1
    """
    same = 0
    for old, new in zip(before, after):
        if old != new:
            break
        same += 1
    return len(before) - same


def normalized_erasure(shown: Sequence[Sequence]) -> float:
    """Units wiped away for each unit of the last translation: 0 when what is shown only grows.

    shown: what stood on the screen after each word, as lists of units. Raises ValueError when the last one is empty.
    Arivazhagan et al. 2020, "Re-translation versus Streaming for Simultaneous Translation".

    >>> normalized_erasure([["a"], ["b", "c"], ["b", "c", "d", "e"]])
    0.25
    """
    if not shown or not len(shown[-1]):
        raise ValueError("the last translation is empty: there is nothing to divide by")
    return sum(erased(*pair) for pair in pairwise(shown)) / len(shown[-1])
