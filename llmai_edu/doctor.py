"""The doctor: is this machine ready for the course, and if not, which command brings what is missing?"""

from dataclasses import dataclass

from llmai_edu.device import describe_machine

# JupyterLab is not in this list: Colab and other editors open the notebooks without it.
NEEDED = {
    "torch": "pip install -c constraints.txt -e '.[lab]'",
    "numpy": "pip install -c constraints.txt -e '.[lab]'",
    "ipywidgets": "pip install -c constraints.txt -e '.[lab]'",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report: `ok` is False when something is missing, and `remedy` says what brings it."""

    what: str
    value: str
    ok: bool = True
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at this machine, its packages and the data in the cache; change nothing and download nothing.

    >>> any(finding.what == "cores" for finding in examine())
    True
    """
    machine = describe_machine()
    memory = "unknown" if machine.memory_gib is None else f"{machine.memory_gib} GiB"
    findings = [
        Finding("system", machine.system),
        Finding("Python", machine.python),
        Finding("cores", str(machine.cores)),
        Finding(
            "memory",
            memory,
            ok=machine.memory_gib is None or machine.memory_gib >= 4,
            remedy="4 GiB are needed",
        ),
        Finding("GPU", machine.gpu or "none (the course does not need one)"),
    ]
    for package, version in machine.versions.items():
        missing = version is None and package in NEEDED
        findings.append(Finding(package, version or "not installed", not missing, NEEDED.get(package, "")))
    return findings + _data_findings()


def _data_findings() -> list[Finding]:
    from llmai_edu import datasets

    findings = []
    for name, dataset in datasets.DATASETS.items():
        present = datasets.is_present(name)
        value = "in the cache" if present else f"absent ({dataset.artifact.size / 1e6:.0f} MB to fetch)"
        findings.append(Finding(f"data: {name}", value, present or not dataset.core, f"llmai-edu data fetch {name}"))
    return findings


def report(findings: list[Finding] | None = None) -> str:
    """Lay the findings out as lines of text, each with a mark in words, so that nothing depends on colour.

    >>> print(report([Finding("cores", "2"), Finding("torch", "not installed", False, "pip install torch")]))
    ok       cores                 2
    MISSING  torch                 not installed  →  pip install torch
    One thing is missing. Run the command that stands behind it.
    """
    findings = examine() if findings is None else findings
    lines = []
    for finding in findings:
        mark = "ok" if finding.ok else "MISSING"
        remedy = "" if finding.ok else f"  →  {finding.remedy}"
        lines.append(f"{mark:<8} {finding.what:<21} {finding.value}{remedy}")
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
