import subprocess
from pathlib import Path

import pytest

from llmai_edu.datasets import cache_dir, settings
from llmai_edu.datasets.settings import index_location, offline, parse_pip_config, pip_setting


def test_cache_dir_is_the_variable_or_the_platforms(clean_settings, monkeypatch):
    assert cache_dir() == clean_settings
    monkeypatch.setenv("LLMAI_EDU_CACHE", "~/data")
    assert cache_dir() == Path.home() / "data"
    monkeypatch.setenv("LLMAI_EDU_CACHE", "data")
    assert cache_dir() == Path.cwd() / "data"
    monkeypatch.setenv("LLMAI_EDU_CACHE", "")
    assert "llmai_edu" in cache_dir().parts


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("yes", True), ("0", False), ("False", False), ("", False)]
)
def test_offline(value, expected, monkeypatch):
    monkeypatch.setenv("LLMAI_EDU_OFFLINE", value)
    assert offline() is expected
    monkeypatch.delenv("LLMAI_EDU_OFFLINE")
    assert offline() is False


def test_our_index_variable_wins_over_pips_and_that_over_its_files(clean_settings, monkeypatch):
    assert index_location() is None
    monkeypatch.setattr(settings, "_pip_config", lambda: {"index-url": "https://file.example/simple"})
    assert index_location() == "https://file.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    assert index_location() == "https://pip.example/simple"
    monkeypatch.setenv("LLMAI_EDU_INDEX", "https://ours.example/simple")
    assert index_location() == "https://ours.example/simple"


@pytest.fixture
def asked_afresh():
    settings._pip_config.cache_clear()
    yield
    settings._pip_config.cache_clear()


@pytest.mark.usefixtures("asked_afresh")
def test_pips_own_configuration_file_is_read_by_pip(monkeypatch, tmp_path):
    pytest.importorskip("pip")
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://a.example/simple\nproxy = http://p:1\n[install]\nproxy = http://q:2\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    for name in ("PIP_INDEX_URL", "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert pip_setting("index-url") == "https://a.example/simple"
    assert pip_setting("proxy") == "http://q:2"


@pytest.mark.usefixtures("asked_afresh")
@pytest.mark.parametrize("error", [OSError("no such program"), subprocess.TimeoutExpired("pip", 30)])
def test_a_machine_without_pip_has_no_pip_settings(error, monkeypatch):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.delenv("PIP_CERT", raising=False)
    monkeypatch.setattr(subprocess, "run", fail)
    assert pip_setting("cert") is None


def test_values_without_quotation_marks_are_read_as_they_stand():
    listing = 'global.index-url=https://a.example/simple \nglobal.cert=\'/x\ninstall.proxy="http://q:2"\n'
    assert parse_pip_config(listing) == {
        "index-url": "https://a.example/simple",
        "cert": "'/x",
        "proxy": "http://q:2",
    }


def test_lines_that_are_no_setting_are_passed_over():
    assert parse_pip_config("WARNING: something = odd\n:env:.cert='/x'\n") == {}
