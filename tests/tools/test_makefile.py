"""`make lab` opens the course whatever the doctor says."""

import os
import shutil
import subprocess

import pytest

from tools.layout import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make here")


@pytest.mark.parametrize("failing", ["doctor", "data"])
def test_a_doctor_that_misses_something_stops_nothing_but_missing_data_do(tmp_path, failing):
    (tmp_path / "bin").mkdir()
    stub = tmp_path / "bin" / "llmai-edu"
    stub.write_text(f'#!/bin/sh\necho "called $1"\n[ "$1" != {failing} ]\n', encoding="utf-8")
    stub.chmod(0o755)
    (tmp_path / ".lab").touch()
    later = max(os.stat(ROOT / name).st_mtime for name in ("pyproject.toml", "constraints.txt")) + 10
    os.utime(tmp_path / ".lab", (later, later))
    done = subprocess.run(
        ["make", "lab", f"VENV={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    called = [line.removeprefix("called ") for line in done.stdout.splitlines() if line.startswith("called ")]
    assert (called, done.returncode == 0) == {
        "doctor": (["data", "doctor", "lab"], True),
        "data": (["data"], False),
    }[failing]
