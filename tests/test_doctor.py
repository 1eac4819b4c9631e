import builtins
import re

import pytest

from llmai_edu import doctor
from llmai_edu.device import Machine, needed_packages

VERSIONS = {"torch": "2.13.0", "matplotlib": "3.11", "gguf": "0.19", "jupyterlab": "4.6", "tokenizers": "0.23"}


def findings_for(monkeypatch, *, memory=16.0, present=True, torch_fault=None, absent=()):
    versions = {package: None if package in absent else version for package, version in VERSIONS.items()}
    machine = Machine("Linux x86_64", "3.11.7", 2, memory, None, versions, torch_fault)
    monkeypatch.setattr(doctor, "describe_machine", lambda: machine)
    monkeypatch.setattr("llmai_edu.datasets.is_present", lambda name: present)
    return {finding.what: finding for finding in doctor.examine()}


def test_healthy_machine_misses_nothing(monkeypatch):
    findings = findings_for(monkeypatch)
    assert all(finding.ok for finding in findings.values())
    assert doctor.report(list(findings.values())).endswith("Everything the course needs is here.")


def test_each_missing_thing_comes_with_the_command_that_brings_it(monkeypatch):
    findings = findings_for(monkeypatch, absent=["torch"], present=False)
    assert findings["torch"].remedy == doctor.INSTALL
    assert findings["data: smollm2"].remedy == "llmai-edu data fetch smollm2"
    text = doctor.report(list(findings.values()))
    assert "MISSING  data: smollm2" in text
    assert "llmai-edu data fetch smollm2" in text
    assert "things are missing" in text


@pytest.mark.parametrize("package", ["matplotlib", "gguf"])
def test_every_declared_dependency_is_needed(monkeypatch, package):
    assert package in needed_packages()
    findings = findings_for(monkeypatch, absent=[package])
    assert not findings[package].ok
    assert "One thing is missing" in doctor.report(list(findings.values()))


def test_what_only_the_authors_need_is_not_missed(monkeypatch):
    finding = findings_for(monkeypatch, absent=["tokenizers"])["tokenizers"]
    assert finding.ok
    assert finding.value == "optional: not installed (only for the authors' tests)"


@pytest.mark.parametrize(("memory", "level"), [(3.7, "ok"), (3.4, "warning"), (None, "ok")])
def test_a_machine_sold_with_4_gb_is_enough_and_less_is_only_a_warning(monkeypatch, capsys, memory, level):
    finding = findings_for(monkeypatch, memory=memory)["memory"]
    assert finding.level == level
    assert ("no command" in finding.remedy) == (level == "warning")
    assert doctor.doctor() is True
    assert capsys.readouterr().out.endswith("Everything the course needs is here.\n")


def test_a_torch_that_cannot_be_imported_is_missing_with_the_reason(monkeypatch):
    finding = findings_for(monkeypatch, torch_fault="OSError: libcudnn.so.9: no such file")["torch"]
    assert not finding.ok
    assert "libcudnn.so.9" in finding.value
    assert finding.remedy.startswith("pip install --force-reinstall")


def test_a_course_without_its_own_metadata_is_told_to_be_installed(monkeypatch):
    machine = Machine("Linux", "3.11.7", 2, 16.0, None, {"jupyterlab": None})
    monkeypatch.setattr(doctor, "describe_machine", lambda: machine)
    assert [f.remedy for f in doctor.examine() if f.what == "llmai-edu"] == [doctor.INSTALL]


def test_the_data_room_may_lack_a_package(monkeypatch):
    real = builtins.__import__

    def fail(name, globals=None, locals=None, fromlist=(), level=0):
        if name == "llmai_edu" and "datasets" in (fromlist or ()):
            raise ModuleNotFoundError("No module named 'requests'", name="requests")
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", fail)
    (finding,) = [finding for finding in doctor.examine() if finding.what.split(":")[0] == "data"]
    assert not finding.ok
    assert "requests" in finding.value


def test_a_remedy_is_a_command_that_cmd_exe_understands_too(monkeypatch):
    for finding in findings_for(monkeypatch, absent=VERSIONS, present=False, torch_fault="x").values():
        if not finding.ok:
            assert re.match(r"(pip install|llmai-edu) ", finding.remedy)
            assert "'" not in finding.remedy


def test_doctor_prints_its_report_in_ascii_and_tells_whether_all_is_well(monkeypatch, capsys):
    findings_for(monkeypatch, present=False)
    assert doctor.doctor() is False
    printed = capsys.readouterr().out
    assert "MISSING" in printed
    assert printed.isascii()
