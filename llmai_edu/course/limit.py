"""A time limit for a learner's function, so that an endless loop ends with a sentence instead of a dead notebook."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class TimeUp(BaseException):
    """The time is up. No Exception, so that a learner's `except Exception` inside the loop does not swallow it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the block when it takes longer; an alarm that was armed before goes on afterwards.

    Only the main thread of a system with POSIX alarms (Linux, macOS) can be interrupted in this way; elsewhere the
    block runs without a limit. While a debugger is at work nothing is interrupted: it waits for a person.

    >>> with time_limit(10):
    ...     sum(range(10))
    45
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGALRM, _ring)
    began, (before, interval) = time.monotonic(), signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if before:
            signal.setitimer(signal.ITIMER_REAL, max(before - (time.monotonic() - began), 0.001), interval)


def _ring(*_: object) -> None:
    if sys.gettrace() is None:
        raise TimeUp
