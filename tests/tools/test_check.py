"""The command `python -m tools.check`."""

import os
import subprocess
import sys

from tools import check
from tools.layout import ROOT


def test_a_synced_course_passes(built, capsys):
    assert check.main([], built) == 0
    assert capsys.readouterr().out == "nothing is stale, and every page keeps the house rules\n"


def test_faults_of_all_kinds_are_printed_once_with_their_place(built, edit, capsys):
    edit(built / "notebooks/src/01_zipf.py", "Now it is called.", "TODO /home/ada/x")
    edit(built / "notebooks/01_zipf.ipynb", '"6 3', '"/root/x 3')
    assert check.main([], built) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert len(lines) == len(set(lines)) == 5
    for start in (
        "notebooks/src/01_zipf.py:6: says TODO",
        "notebooks/01_zipf.ipynb:7: names the machine path `/root/x`",
    ):
        assert any(line.startswith(start) for line in lines), lines
    assert told.err.startswith("5 faults.")


def test_a_long_module_is_a_warning_only(built, capsys):
    (built / "llmai_edu/long.py").write_text("x = 1\n" * 300, encoding="utf-8")
    assert check.main([], built) == 0
    assert capsys.readouterr().out.startswith("warning: llmai_edu/long.py: 300 lines")


def test_it_loads_neither_torch_nor_the_package():
    code = "import sys, tools.check; print([m for m in ('torch', 'llmai_edu', 'matplotlib') if m in sys.modules])"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env, cwd=ROOT)
    assert done.stdout.strip() == "[]"
