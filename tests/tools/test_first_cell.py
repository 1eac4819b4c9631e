"""The shared opening of every page; and that its first cell really installs the course on (a stand-in for) Colab."""

import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

from tools.faults import BuildError
from tools.first_cell import BEGIN, END, colab_lines, opening_faults, refresh_opening, without_colab_lines
from tools.layout import ROOT

PAGE = '# %% [markdown]\n# # Title\n#\n# Text.\n\n# %% tags=["setup"]\nx = 1\n'
FILE = "notebooks/src/01_zipf.py"


def test_link_and_lines_are_put_in_once(course):
    fresh = refresh_opening(PAGE, course, FILE)
    assert fresh.count("blob/main/notebooks/01_zipf.ipynb") == fresh.count(BEGIN) == fresh.count(END) == 1
    assert fresh.startswith("# %% [markdown]\n# # Title\n#\n# <!-- colab:start -->\n")
    assert fresh.endswith(f"{END}\nx = 1\n\n")
    assert refresh_opening(fresh, course, FILE) == fresh
    assert opening_faults(fresh, course, FILE) == []


def test_a_sheet_links_to_the_students_copy(course):
    assert "blob/main/exercises/01_zipf.ipynb" in refresh_opening(PAGE, course, "solutions/src/01_zipf.py")


def test_a_new_address_reaches_both_and_nothing_else(course, edit):
    fresh = refresh_opening(PAGE, course, FILE)
    edit(course / "pyproject.toml", "ada/course", "grace/course")
    assert [fault.cell for fault in opening_faults(fresh, course, FILE)] == [1, 2]
    assert refresh_opening(fresh, course, FILE) == fresh.replace("ada/course", "grace/course")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("# # Title", "# Title", "write one"), (' tags=["setup"]', "", "tag it")],
)
def test_a_page_without_title_or_set_up_is_refused(course, old, new, message):
    with pytest.raises(BuildError, match=message):
        refresh_opening(PAGE.replace(old, new), course, FILE)
    assert len(opening_faults(PAGE.replace(old, new), course, FILE)) == 1


def test_the_lines_are_few_and_change_no_path():
    lines = [line for line in colab_lines("https://x").split("\n")[1:-1] if line]
    assert len(lines) <= 6
    assert not any(word in line for line in lines for word in ("sys.path", "chdir"))
    assert without_colab_lines(f"{colab_lines('https://x')}\ny = 2") == "y = 2"


def commit_package(folder: Path) -> str:
    """Commit what an install needs of the working tree, in a repository of its own, and return its address."""
    shutil.copytree(ROOT / "llmai_edu", folder / "llmai_edu", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-prose"):
        shutil.copy(ROOT / name, folder)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    # With a host: pip before 24 takes an address without one for a path.
    return folder.as_uri().replace("file:///", "file://localhost/")


def fresh_environment(folder: Path) -> Path:
    """Make a virtual environment that has all that this one has, but no llmai_edu, and return its Python.

    The dependencies are linked, not installed: torch alone would take a minute. A path in a `.pth` file is not
    searched for further `.pth` files, so an editable install of the course stays out as well.
    """
    venv.create(folder / "env", with_pip=False, symlinks=os.name != "nt")
    linked = folder / "linked"
    linked.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "llmai_edu" not in entry.name:
            (linked / entry.name).symlink_to(entry)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    (Path(site) / "linked.pth").write_text(f"{linked}\n", encoding="utf-8")
    return python


def package_files(folder: Path) -> set[str]:
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {file for file in files if "__pycache__" not in file}


RUN = """
import sys
from IPython.core.interactiveshell import InteractiveShell

if sys.argv[2] == "colab":
    import google.colab  # Colab's kernel has it loaded before the first cell

shell = InteractiveShell.instance()
shell.run_cell(open(sys.argv[1]).read()).raise_error()
try:
    import llmai_edu
    print("from", llmai_edu.__file__)
except ImportError:
    print("absent")
"""


@pytest.mark.skipif(os.name == "nt", reason="links to the installed packages need a privilege on Windows")
def test_the_first_cell_installs_the_course_on_colab_and_nothing_elsewhere(tmp_path):
    folders = [tmp_path / name for name in ("repository", "machine", "stub/google/colab", "elsewhere")]
    for folder in folders:
        folder.mkdir(parents=True)
    repository, machine, stub, elsewhere = folders
    (stub / "__init__.py").touch()
    cell, script = tmp_path / "cell.py", tmp_path / "run.py"
    cell.write_text(colab_lines("https://example.invalid/nobody"), encoding="utf-8")
    script.write_text(RUN, encoding="utf-8")
    python = fresh_environment(machine)
    # No index and no build isolation (pip reads "0" so): anything that the cell would install besides the course itself
    # makes the test fail.
    settings = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    settings |= {"LLMAI_EDU_SOURCE": commit_package(repository), "IPYTHONDIR": str(tmp_path / "profile")}
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | settings

    def run(where: str) -> str:
        path = {"PYTHONPATH": str(tmp_path / "stub")} if where == "colab" else {}
        command = [python, script, cell, where]
        done = subprocess.run(command, cwd=elsewhere, env=env | path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip().split("\n")[-1]

    assert run("laptop") == "absent"
    installed = run("colab").removeprefix("from ")
    assert Path(installed).is_relative_to(machine / "env")
    assert run("laptop") == f"from {installed}"
    assert package_files(Path(installed).parent) == package_files(ROOT / "llmai_edu"), "pyproject packs too little"
