"""The doctor: is this machine ready for the course, and if not, which command brings what is missing?"""

from dataclasses import dataclass
from typing import Literal

from llmai_edu.device import OPTIONAL_PACKAGES, Machine, describe_machine

# Double quotes: cmd.exe hands single ones on to pip.
INSTALL = 'pip install -c constraints.txt -e ".[lab]"'
REINSTALL_TORCH = "pip install --force-reinstall -c constraints.txt torch"
WHO_NEEDS = {
    "jupyterlab": "llmai-edu lab opens the notebooks in it; Colab and other editors do without",
    "tokenizers": "only for the authors' tests",
    "transformers": "only for the authors' tests",
}
# A machine sold with 4 GB reports 3.7 to 3.8 GiB.
ENOUGH_MEMORY = 3.5


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    `remedy` says what to do about it: for what is missing, always a command. A warning stops nothing.
    """

    what: str
    value: str
    level: Literal["ok", "warning", "MISSING"] = "ok"
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether the course can run with this."""
        return self.level != "MISSING"


def examine() -> list[Finding]:
    """Look at this machine, its packages and the data in the cache; change nothing and download nothing.

    >>> any(finding.what == "cores" for finding in examine())
    True
    """
    machine = describe_machine()
    return [
        Finding("system", machine.system),
        Finding("Python", machine.python),
        Finding("cores", str(machine.cores)),
        _memory_finding(machine.memory_gib),
        Finding("GPU", machine.gpu or "none (the course does not need one)"),
        *_package_findings(machine),
        *_data_findings(),
    ]


def _memory_finding(gib: float | None) -> Finding:
    if gib is None:
        return Finding("memory", "unknown")
    if gib >= ENOUGH_MEMORY:
        return Finding("memory", f"{gib} GiB")
    advice = "the course is made for 4 GB; no command brings memory: close other programs, open one lesson at a time"
    return Finding("memory", f"{gib} GiB", "warning", advice)


def _package_findings(machine: Machine) -> list[Finding]:
    # Without its metadata the course cannot say what it needs: then it was not installed, only found.
    found = {p: version for p, version in machine.versions.items() if p not in OPTIONAL_PACKAGES}
    findings = [] if found else [Finding("llmai-edu", "not installed", "MISSING", INSTALL)]
    for package, version in machine.versions.items():
        if package == "torch" and version and machine.torch_fault:
            value = f"{version}, but it cannot be imported ({machine.torch_fault})"
            findings.append(Finding(package, value, "MISSING", REINSTALL_TORCH))
        elif version:
            findings.append(Finding(package, version))
        elif package in OPTIONAL_PACKAGES:
            findings.append(Finding(package, f"optional: not installed ({WHO_NEEDS[package]})"))
        else:
            findings.append(Finding(package, "not installed", "MISSING", INSTALL))
    return findings


def _data_findings() -> list[Finding]:
    try:
        from llmai_edu import datasets
    except ImportError as error:  # a package that the room needs; it has its own line above
        return [Finding("data", f"cannot be looked at ({error})", "MISSING", INSTALL)]
    findings = []
    for name, dataset in datasets.DATASETS.items():
        if datasets.is_present(name):
            findings.append(Finding(f"data: {name}", "in the cache"))
            continue
        value = f"absent ({dataset.artifact.size / 1e6:.0f} MB to fetch)"
        level = "MISSING" if dataset.core else "ok"
        findings.append(Finding(f"data: {name}", value, level, f"llmai-edu data fetch {name}" if dataset.core else ""))
    return findings


def report(findings: list[Finding] | None = None) -> str:
    """Lay the findings out as lines of text, each with a mark in words, so that nothing depends on colour.

    >>> print(report([Finding("cores", "2"), Finding("torch", "not installed", "MISSING", "pip install torch")]))
    ok       cores                 2
    MISSING  torch                 not installed  ->  pip install torch
    One thing is missing. Run the command that stands behind it.
    """
    findings = examine() if findings is None else findings
    lines = []
    for finding in findings:
        remedy = f"  ->  {finding.remedy}" if finding.remedy else ""
        lines.append(f"{finding.level:<8} {finding.what:<21} {finding.value}{remedy}")
    missing = sum(not finding.ok for finding in findings)
    closing = {
        0: "Everything the course needs is here.",
        1: "One thing is missing. Run the command that stands behind it.",
    }
    lines.append(closing.get(missing, f"{missing} things are missing. Run the commands that stand behind them."))
    return "\n".join(lines)


def doctor() -> bool:
    """Print the doctor's report, and return whether everything that the course needs is there.

    >>> doctor()  # doctest: +SKIP
    ok       system             Linux x86_64
    ...
    True
    """
    findings = examine()
    print(report(findings))
    return all(finding.ok for finding in findings)
