"""A page of checks that only these tests know, and no trace of them in anybody's progress file."""

from pathlib import Path

import pytest

from llmai_edu.course import checks

collect_ignore = ["synthetic"]  # a sheet to be read, not modules to be imported
SYNTHETIC = Path(__file__).with_name("synthetic")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    monkeypatch.setenv("LLMAI_EDU_PROGRESS", "off")
    monkeypatch.delenv("LLMAI_EDU_CHECK_SEED", raising=False)


@pytest.fixture
def synthetic(monkeypatch):
    """The root of the synthetic sheet; `check("synthetic...")` works while a test uses this."""
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(SYNTHETIC / "checks")])
    return SYNTHETIC
