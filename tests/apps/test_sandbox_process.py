"""What a session says of an end without a report; the rest is tested through `sandbox`."""

import signal
from types import SimpleNamespace

import pytest

from llmai_edu.apps.sandbox_process import Session, read_some


@pytest.mark.parametrize(
    ("reason", "code", "outcome"),
    [
        ("timeout", -signal.SIGKILL, "timeout"),
        ("ended", -signal.SIGXCPU, "timeout"),
        ("output", -signal.SIGKILL, "output"),
        ("ended", -signal.SIGSEGV, "crashed"),
        ("ended", 0, "exited"),
        ("ended", 7, "exited"),
        ("forged", -signal.SIGKILL, "exited"),
    ],
)
def test_how_it_ended(reason, code, outcome):
    session = SimpleNamespace(process=SimpleNamespace(returncode=code), reason=reason)
    assert Session.how_it_ended(session)[0] == outcome


def test_a_closed_pipe_holds_nothing():
    assert read_some(999) == b""
