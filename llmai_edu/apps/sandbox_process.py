"""One process of the sandbox, seen from outside: started, asked, bounded, and ended whatever it does."""

import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from llmai_edu.apps.seccomp import make_filter

__all__ = ["OUTPUT", "SandboxError", "Session"]

OUTPUT, FILES, REPORT = 64 * 1024, 8 * 2**20, 2**20  # bytes: kept of the output, of files, of one report
START = 60  # seconds for a new Python to begin, on a busy machine
FAULTS = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGSYS, signal.SIGFPE}


class SandboxError(RuntimeError):
    """There is no safe place on this machine; or the function in the sandbox gave no value."""


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
        self.reason, self.closed, self.deadline = "", False, time.monotonic() + START
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
        self.layers, self.deadline = tuple(told["layers"]), time.monotonic() + seconds

    def ask(self, message: dict[str, Any] | list | None = None) -> dict[str, Any]:
        """Send a message, if any, and return the next report; {} when none comes: then `reason` says why."""
        waiting = b"" if message is None else json.dumps(message).encode() + b"\n"
        if waiting:
            self.selector.register(self.to_child, selectors.EVENT_WRITE)
        try:
            while True:
                if not waiting and b"\n" in self.report:  # perhaps two came at once
                    return self.next_report()
                if self.reason:
                    return {}
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
        finally:
            if self.to_child in self.selector.get_map():
                self.selector.unregister(self.to_child)

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
        """End the process and all that belongs to it, and remove the folder. May be called twice."""
        if self.closed:
            return
        self.closed = True
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()
        while self.reason != "output" and (data := read_some(self.process.stdout.fileno())):
            self.output += data[: max(OUTPUT - len(self.output), 0)]
        self.selector.close()
        self.process.stdout.close()
        os.close(self.to_child)
        os.close(self.from_child)
        self.folder.cleanup()

    def how_it_ended(self) -> tuple[str, str]:
        """The outcome and its explanation when no report came, after `close`."""
        code = -self.process.returncode
        if code == signal.SIGXCPU or self.reason == "timeout":
            return "timeout", "the time was up"
        if self.reason == "output":
            return "output", f"more than {OUTPUT:,} bytes of output, or of a value"
        if code in FAULTS:
            return "crashed", f"the process was ended by signal {int(code)}"
        return "exited", "the process ended before the program's end"


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
