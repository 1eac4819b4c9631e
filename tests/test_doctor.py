from llmai_edu import doctor
from llmai_edu.device import Machine


def findings_for(monkeypatch, *, torch_version="2.13.0", memory=16.0, present=True):
    machine = Machine("Linux x86_64", "3.11.7", 2, memory, None, {"torch": torch_version})
    monkeypatch.setattr(doctor, "describe_machine", lambda: machine)
    monkeypatch.setattr("llmai_edu.datasets.is_present", lambda name: present)
    return {finding.what: finding for finding in doctor.examine()}


def test_healthy_machine_misses_nothing(monkeypatch):
    findings = findings_for(monkeypatch)
    assert all(finding.ok for finding in findings.values())
    assert doctor.report(list(findings.values())).endswith("Everything the course needs is here.")


def test_each_missing_thing_comes_with_the_command_that_brings_it(monkeypatch):
    findings = findings_for(monkeypatch, torch_version=None, memory=2.0, present=False)
    assert "pip install" in findings["torch"].remedy
    assert not findings["memory"].ok
    assert findings["data: smollm2"].remedy == "llmai-edu data fetch smollm2"
    text = doctor.report(list(findings.values()))
    assert "MISSING  data: smollm2" in text
    assert "llmai-edu data fetch smollm2" in text
    assert "things are missing" in text


def test_doctor_prints_its_report_and_tells_whether_all_is_well(monkeypatch, capsys):
    findings_for(monkeypatch, present=False)
    assert doctor.doctor() is False
    assert "MISSING" in capsys.readouterr().out
