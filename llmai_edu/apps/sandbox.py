"""A sandbox: run a program that nobody has read, in a process that the kernel has locked up.

A model writes programs, and so do students. Such a program may loop for ever, fill the memory, delete files, or look
for secrets, most often by mistake. Here it runs in a process of its own that the kernel has locked up before: see
`apps/jail.py` for the locks and `sandbox_layers` for those that this machine has. Linux on x86_64 or aarch64 only.

What it does not do: hide how fast the machine is, or the names, sizes, dates and link targets of files; clean what a
program prints (a terminal obeys escape sequences); help where the kernel itself has a hole; and stop a program from
lying about itself. `run_in_sandbox` says "finished" when the process reports that it came to its end. A program that is
made to deceive can find that report's token in its own memory. Where that matters, ask it nothing about itself: call
its function with `sandboxed_function`, and judge the values out here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from llmai_edu.apps.jail import pack, unpack
from llmai_edu.apps.sandbox_process import SandboxError, Session

__all__ = ["SandboxError", "SandboxResult", "run_in_sandbox", "sandbox_layers", "sandboxed_function"]

OUTCOMES = ("finished", "error", "exited", "memory")  # what the process reports of itself
LONGEST = 2000  # characters of an error


@dataclass(frozen=True)
class SandboxResult:
    """How a program ended.

    outcome: "finished"; "error", an exception; "exited" before its end; "timeout"; "memory"; "output", too much of it;
    "crashed". output: what it printed, at most 64 KB. error: the exception, or what happened. layers: which locks held.
    """

    outcome: str
    output: str
    error: str
    seconds: float
    layers: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it came to its end without an exception."""
        return self.outcome == "finished"


def run_in_sandbox(program: str, *, seconds: float = 5, memory_mb: int = 256) -> SandboxResult:
    """Run a program of unknown origin, and say how it ended.

    seconds: of the clock, and of the processor. Raises SandboxError where this machine has no locks, and ValueError
    for limits that make no sense. See the head of this module for what "finished" is worth.

    >>> run_in_sandbox("print(6 * 7)").output                       # doctest: +SKIP
    '42\\n'
    >>> run_in_sandbox("open('/etc/passwd')").error                 # doctest: +SKIP
    "PermissionError: [Errno 13] Permission denied: '/etc/passwd'"
    """
    began = time.monotonic()
    session = Session(program, "", seconds, memory_mb)
    try:
        told = session.ask()
    finally:
        session.close()
    outcome, error = verdict(told, session)
    output = session.output.decode("utf-8", "replace")
    return SandboxResult(outcome, output, error, time.monotonic() - began, session.layers)


@contextmanager
def sandboxed_function(
    program: str, name: str, *, seconds: float = 5, memory_mb: int = 256
) -> Iterator[Callable[..., Any]]:
    """Give a function that lives in the sandbox: arguments go in, a value comes out, and nothing else.

    Values are plain: numbers, texts, lists, tuples, sets, dictionaries; what comes out has at most 1 MB as JSON, and
    its sets and dictionaries 2,000 members together, so that a value cannot keep the one busy who reads it. seconds:
    for all calls together. The function raises SandboxError when the program fails, ends, or returns something else;
    its first word is the outcome.

    >>> with sandboxed_function("def double(x): return 2 * x", "double") as double:   # doctest: +SKIP
    ...     double(21)
    42
    """
    session = Session(program, name, seconds, memory_mb)

    def check(told: dict[str, Any]) -> Any:
        if told.get("outcome") != "finished":
            session.close()
            raise SandboxError("{}: {}".format(*verdict(told, session)))
        try:
            return unpack(told.get("value"))
        except Exception as error:  # the answer is somebody else's: whatever is wrong with it, the program has failed
            raise SandboxError(f"error: {type(error).__name__}: {printable(str(error))}") from None

    def function(*arguments: Any) -> Any:
        return check(session.ask(pack(list(arguments))))

    try:
        check(session.ask())  # the program itself: it defines the function
        yield function
    finally:
        session.close()


def verdict(told: dict[str, Any], session: Session) -> tuple[str, str]:
    """The outcome and the error that a report tells, after `close`; one that makes no sense counts as none."""
    outcome, error = told.get("outcome"), told.get("error", "")
    if isinstance(outcome, str) and outcome in OUTCOMES and isinstance(error, str):
        return outcome, printable(error)
    return session.how_it_ended()


def printable(text: str) -> str:
    """A text of somebody else's, short enough, and without the halves of characters that no file can hold."""
    return text[:LONGEST].encode("utf-8", "replace").decode()


@lru_cache(maxsize=1)
def sandbox_layers() -> tuple[str, ...]:
    """Which locks this machine has: "limits" and "seccomp" always, perhaps "namespaces" and "landlock".

    Without Landlock, a program can read what you can read (it cannot send it anywhere); without both, it can write
    nothing at all. Raises SandboxError where there is no sandbox.
    """
    return run_in_sandbox("").layers
