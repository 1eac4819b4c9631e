"""Stop strings: a text ends before one of them, wherever the tokens are cut, and no part of it is shown on the way."""

from collections.abc import Iterable, Iterator, Sequence

__all__ = ["held_back", "until_stop"]


def held_back(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end of a text may be the beginning of a stop string, and so have to wait.

    Only beginnings count: a stop string that is complete is found before.

    >>> held_back("Yes.\\nUs", ["\\nUser:", "stop"]), held_back("Yes.\\nBut", ["\\nUser:", "stop"])
    (3, 0)
    """
    longest = max((len(stop) for stop in stops), default=1) - 1
    for length in range(min(longest, len(text)), 0, -1):
        if any(len(stop) > length and stop.startswith(text[len(text) - length :]) for stop in stops):
            return length
    return 0


def until_stop(pieces: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """Pass a text on, piece by piece, up to the first stop string that is complete.

    Characters that may still become one wait until the next ones decide. If two are complete with the same character,
    the text ends before the longer. Nothing is asked of `pieces` after that, so a model behind it stops, too. How the
    text is cut into pieces makes no difference to what is shown of it.

    pieces: such as `stream_text` gives. Raises ValueError at once for an empty stop string, or a single string in place
    of a list.

    >>> list(until_stop(["Par", "is.\\nUs", "er: and", " then"], ["\\nUser:"]))
    ['Par', 'is.']
    """
    if isinstance(stops, str):
        raise ValueError(f"stops must be a list of strings, got the string {stops!r}: write [{stops!r}]")
    if not all(stops):
        raise ValueError("an empty stop string would end every text before its first character")
    return _until(pieces, tuple(stops))


def _until(pieces: Iterable[str], stops: tuple[str, ...]) -> Iterator[str]:
    """The loop inside `until_stop`."""
    waiting = ""
    for piece in pieces:
        waiting += piece
        found = [(waiting.index(stop) + len(stop), waiting.index(stop)) for stop in stops if stop in waiting]
        if found:
            _, start = min(found)  # the first to be complete; of those, the first to begin
            if start:
                yield waiting[:start]
            return
        cut = len(waiting) - held_back(waiting, stops)
        if cut:
            yield waiting[:cut]
        waiting = waiting[cut:]
    if waiting:  # the text ended before it became a stop string
        yield waiting
