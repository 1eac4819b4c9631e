"""A sandbox: run a program that nobody has read, and lose nothing but a few seconds.

A model writes programs, and so do students. Such a program may loop for ever, fill the memory, delete files, or look
for secrets, most often by mistake. Here it runs in a process of its own that the kernel has locked up before: see
`apps/jail.py` for the locks and `sandbox_layers` for those that this machine has. Linux on x86_64 or aarch64 only.

What it does not do: hide how fast the machine is, or whether a file exists; and stop a program from lying about
itself. `run_in_sandbox` says "finished" when the process reports that it came to its end. A program that is made to
deceive can find that report's token in its own memory. Where that matters, ask it nothing about itself: call its
function with `sandboxed_function`, and judge the values out here.
"""

import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from llmai_edu.apps.jail import pack, unpack
from llmai_edu.apps.seccomp import make_filter

__all__ = ["SandboxError", "SandboxResult", "run_in_sandbox", "sandbox_layers", "sandboxed_function"]

OUTPUT, FILES, REPORT = 64 * 1024, 8 * 2**20, 2**20  # bytes: kept of the output, of files, of one report


class SandboxError(RuntimeError):
    """There is no safe place on this machine; or the function in the sandbox gave no value."""


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


class Session:
    """One process in the sandbox. `ask` sends a line and waits for the answer; `close` ends it, whatever it does."""

    def __init__(self, program: str, name: str, seconds: float, memory_mb: int) -> None:
        if not 0 < seconds <= 600 or not 32 <= memory_mb <= 8192:
            raise ValueError(f"from 0 to 600 seconds and 32 to 8,192 MB, got {seconds} and {memory_mb}")
        if sys.platform != "linux":
            raise SandboxError(f"the sandbox needs Linux, this is {sys.platform}: use a virtual machine or a container")
        try:
            filters = {"writing": make_filter(writing=True), "reading": make_filter(writing=False)}
        except ValueError as error:
            raise SandboxError(str(error)) from None
        self.token, self.output, self.report, self.layers = secrets.token_hex(16), bytearray(), bytearray(), ()
        self.began, self.reason = time.monotonic(), ""
        self.deadline = self.began + seconds
        self.folder = tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
        self.process, self.to_child, self.from_child = start(self.folder.name)
        self.selector = selectors.DefaultSelector()
        for handle in (self.process.stdout.fileno(), self.from_child):
            os.set_blocking(handle, False)
            self.selector.register(handle, selectors.EVENT_READ)
        os.set_blocking(self.to_child, False)
        request = {"token": self.token, "program": program, "name": name, "filters": filters}
        request |= {"seconds": int(seconds) + 1, "memory": memory_mb * 2**20, "file_bytes": FILES}
        told = self.ask(request)
        if "layers" not in told:
            self.close()
            why = told.get("refused") or self.output.decode(errors="replace")[-300:] or "it did not start"
            raise SandboxError(f"this machine has no locks for a sandbox ({why}): nothing was run")
        self.layers = tuple(told["layers"])

    def ask(self, message: dict[str, Any] | list | None = None) -> dict[str, Any]:
        """Send a message, if any, and return the next report; {} when none comes: then `reason` says why."""
        waiting = b"" if message is None else json.dumps(message).encode() + b"\n"
        if waiting:
            self.selector.register(self.to_child, selectors.EVENT_WRITE)
        try:
            while not self.reason:
                left = self.deadline - time.monotonic()
                events = self.selector.select(left) if left > 0 else []
                if not events:
                    self.reason = "timeout" if left <= 0 or time.monotonic() >= self.deadline else ""
                for key, _ in events:
                    if key.fd == self.to_child:
                        waiting = waiting[self.send(waiting) :]
                    elif key.fd == self.from_child:
                        self.receive(key.fd, self.report, REPORT)
                    else:
                        self.receive(key.fd, self.output, OUTPUT)
                if b"\n" in self.report:
                    return self.next_report()
        finally:
            if self.to_child in self.selector.get_map():
                self.selector.unregister(self.to_child)
        return {}

    def send(self, data: bytes) -> int:
        """Write what fits; once all is written, or nobody reads, stop trying."""
        try:
            sent = os.write(self.to_child, data)
        except BlockingIOError:
            return 0
        except OSError:
            sent = len(data)
        if sent == len(data):
            self.selector.unregister(self.to_child)
        return sent

    def receive(self, handle: int, store: bytearray, limit: int) -> None:
        """Read once; note when the process has ended, or says more than it may."""
        data = os.read(handle, 1 << 16)
        store += data[: limit - len(store)]
        if not data:
            self.selector.unregister(handle)
            if handle == self.from_child:
                self.reason = "ended"
        elif len(store) >= limit:
            self.reason = "output"

    def next_report(self) -> dict[str, Any]:
        """The next line of reports; one without the token is somebody else's and counts as none."""
        line, _, rest = bytes(self.report).partition(b"\n")
        self.report[:] = rest
        try:
            told = json.loads(line)
            if isinstance(told, dict) and secrets.compare_digest(str(told.get("token")), self.token):
                return told
        except (ValueError, RecursionError, TypeError):
            pass
        self.reason = "forged"
        return {}

    def close(self) -> None:
        """End the process and all that belongs to it, and remove the folder."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()
        while not self.reason.startswith("output") and (data := read_some(self.process.stdout.fileno())):
            self.output += data[: max(OUTPUT - len(self.output), 0)]
        self.selector.close()
        self.process.stdout.close()
        os.close(self.to_child)
        os.close(self.from_child)
        self.folder.cleanup()

    def result(self, told: dict[str, Any]) -> SandboxResult:
        """How it ended, after `close`."""
        outcome, error = told.get("outcome"), str(told.get("error", ""))
        if not told:
            code = self.process.returncode
            outcome = {"ended": "exited", "forged": "exited"}.get(self.reason, self.reason)
            error = {"timeout": "the time was up", "output": f"more than {OUTPUT:,} bytes of output"}.get(outcome, "")
            if outcome == "exited":
                error = "the process ended before the program's end"
                if code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGSYS):
                    outcome, error = "crashed", f"the process was ended by signal {-code}"
        seconds = time.monotonic() - self.began
        return SandboxResult(outcome, self.output.decode("utf-8", "replace"), error, seconds, self.layers)


def start(folder: str) -> tuple[subprocess.Popen, int, int]:
    """A new Python without site packages, environment or input, and the two pipes through which one speaks to it."""
    (their_in, to_child), (from_child, their_out) = os.pipe(), os.pipe()
    try:
        command = [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("jail.py"))]
        process = subprocess.Popen(
            [*command, str(their_in), str(their_out)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={"PYTHONIOENCODING": "utf-8:replace"},
            start_new_session=True,
            pass_fds=(their_in, their_out),
        )
    except BaseException:
        os.close(to_child)
        os.close(from_child)
        raise
    finally:
        os.close(their_in)
        os.close(their_out)
    return process, to_child, from_child


def read_some(handle: int) -> bytes:
    """What lies in a pipe at this moment."""
    try:
        return os.read(handle, 1 << 16)
    except (BlockingIOError, OSError):
        return b""


def run_in_sandbox(program: str, *, seconds: float = 5, memory_mb: int = 256) -> SandboxResult:
    """Run a program of unknown origin, and say how it ended.

    seconds: of the clock, and of the processor. Raises SandboxError where this machine has no locks, and ValueError
    for limits that make no sense. See the head of this module for what "finished" is worth.

    >>> run_in_sandbox("print(6 * 7)").output                       # doctest: +SKIP
    '42\\n'
    >>> run_in_sandbox("open('/etc/passwd')").error                 # doctest: +SKIP
    "PermissionError: [Errno 13] Permission denied: '/etc/passwd'"
    """
    session = Session(program, "", seconds, memory_mb)
    try:
        told = session.ask()
    finally:
        session.close()
    return session.result(told)


@contextmanager
def sandboxed_function(
    program: str, name: str, *, seconds: float = 5, memory_mb: int = 256
) -> Iterator[Callable[..., Any]]:
    """Give a function that lives in the sandbox: arguments go in, a value comes out, and nothing else.

    Values are plain: numbers, texts, lists, tuples, sets, dictionaries. seconds: for all calls together. The function
    raises SandboxError when the program fails, ends, or returns something else; its first word is the outcome.

    >>> with sandboxed_function("def double(x): return 2 * x", "double") as double:   # doctest: +SKIP
    ...     double(21)
    42
    """
    session = Session(program, name, seconds, memory_mb)

    def check(told: dict[str, Any]) -> Any:
        if told.get("outcome") != "finished":
            outcome = told.get("outcome") or session.reason
            raise SandboxError(f"{outcome}: {told.get('error', 'no value came back')}")
        try:
            return unpack(told.get("value"))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise SandboxError(f"error: {error}") from None

    started: list[bool] = []

    def function(*arguments: Any) -> Any:
        if not started:
            check(session.ask())
            started.append(True)
        return check(session.ask(pack(list(arguments))))

    try:
        yield function
    finally:
        session.close()


@lru_cache(maxsize=1)
def sandbox_layers() -> tuple[str, ...]:
    """Which locks this machine has: "limits" and "seccomp" always, perhaps "namespaces" and "landlock".

    Without Landlock, a program can read what you can read (it cannot send it anywhere); without both, it can write
    nothing at all. Raises SandboxError where there is no sandbox.
    """
    return run_in_sandbox("").layers
