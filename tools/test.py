"""Run everything that `make test` runs: `python -m tools.test [STEM]`.

Unit tests first, then nbval over lessons and solved sheets, then the proof of the exercises. With a stem, only that
lesson's notebook, sheet, proof, and the tests of the modules that it teaches.
"""

import argparse
import os
import subprocess
import sys

from tools.build import target
from tools.layout import ROOT, chosen

# `loadfile` keeps one notebook on one worker; without it a notebook's cells are scattered over two kernels.
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300", "-p", "no:cacheprovider"]
WORKERS = ["-n", "2", "--dist", "loadfile"]


def module_tests(stem: str) -> list[str]:
    """List the test files of the modules that a lesson teaches, by the rule that a module and its test share a stem."""
    from llmai_edu.course.lessons import lesson

    files = []
    for module in lesson(stem).modules:
        _, *rooms, name = module.split(".")
        path = ROOT.joinpath("tests", *rooms, f"test_{name}.py")
        if path.is_file():
            files.append(str(path.relative_to(ROOT)))
    return files


def commands(stem: str | None) -> list[list[str]]:
    """List the commands to run, in order, for one lesson or, without a stem, for the whole course.

    Raises SystemExit, with the known stems, when no lesson has this one.
    """
    pytest = [sys.executable, "-m", "pytest"]
    sources = chosen(ROOT, [stem] if stem else [])
    stem = sources[0].stem if stem else None  # `tokens` names 01_tokens
    notebooks = [target(source).relative_to(ROOT).as_posix() for source in sources]
    tests = module_tests(stem) if stem else ["tests"]
    run = [
        [*pytest, *WORKERS, *NBVAL, *notebooks],
        [sys.executable, "-m", "tools.proof", *([stem] if stem else [])],
    ]
    return [[*pytest, *WORKERS, *tests], *run] if tests else run


def main(argv: list[str] | None = None) -> int:
    """Run every command even when one failed, so that one run shows all faults; return 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stem", nargs="?", help="one lesson, such as 01_tokens or tokens (default: everything)")
    stem = parser.parse_args(argv).stem
    # Two workers share two cores: one thread each.
    env = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    # The solutions pass every exercise; that is not the author's own progress.
    env["LLMAI_EDU_PROGRESS"] = "off"
    failed = []
    for command in commands(stem):
        shown = " ".join(command[1:])
        print(f"\n$ python {shown}", flush=True)
        # A notebook that asked the network for anything would fail here, as it would for a learner without one.
        offline = {"LLMAI_EDU_OFFLINE": "1"} if "--nbval-lax" in command else {}
        if subprocess.run(command, cwd=ROOT, env=env | offline, check=False).returncode:
            failed.append(shown)
    for shown in failed:
        print(f"FAILED: python {shown}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
