"""How long a function takes on this machine, which differs from machine to machine and from run to run."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

__all__ = ["milliseconds"]


def milliseconds(function: Callable, *args: Any, repeats: int = 5) -> float:
    """Return the time of one call in milliseconds: the fastest of several, as the others were disturbed.

    Raises ValueError for fewer than one repeat.

    >>> milliseconds(sum, range(1000)) > 0
    True
    """
    if repeats < 1:
        raise ValueError(f"measure at least once, got {repeats} repeats")
    times = []
    for _ in range(repeats):
        began = perf_counter()
        function(*args)
        times.append(perf_counter() - began)
    return 1000 * min(times)
