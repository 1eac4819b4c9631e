"""Whatever is stale or missing is found, and `sync` mends it."""

import json

import pytest

from tools.build import build
from tools.percent import load
from tools.stale import stale_faults

LESSON, NOTEBOOK = "notebooks/src/01_zipf.py", "notebooks/01_zipf.ipynb"
SHEET, ZIPF = "solutions/src/01_zipf.py", "llmai_edu/toy/zipf.py"


def test_nothing_is_stale_after_sync(built):
    assert stale_faults(built) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"),
    [
        # A source or the package was edited, without sync.
        (ZIPF, "SCALE * rank", "rank", f"{LESSON}:5", "differs from llmai_edu.toy.zipf:slope"),
        (ZIPF, "rank) + 1", "rank) + 2", NOTEBOOK, "outputs are stale"),
        (LESSON, "slope(3)", "slope(4)", f"{NOTEBOOK}:7", "its text differs"),
        (LESSON, "Now it", "Then it", f"{NOTEBOOK}:6", "its text differs"),
        (LESSON, 'alt="A', 'alt="The', f"{NOTEBOOK}:3", "its metadata differs"),
        (LESSON, "# %%\nSCALE = 2\n", "# %%\nSCALE = 2\n\n# %%\n", NOTEBOOK, "has 8 cells where"),
        (LESSON, "Open in Colab", "Open", f"{LESSON}:1", "differ from tools/first_cell"),
        (LESSON, "import os\n", "", f"{LESSON}:2", "differ from tools/first_cell"),
        (SHEET, "half of four", "half of 4", "exercises/01_zipf.ipynb:4", "its text differs"),
        (ZIPF, "class Law:", "class Law", "zipf.py", "line 15 is not Python"),
        (SHEET, "### END SOLUTION", "", "solutions/src/01_zipf.py:3", "nbgrader refuses"),
        ("pyproject.toml", "ada", "grace", "README.md", "badges"),
        # A made file was edited by hand.
        (NOTEBOOK, "Now it", "Then it", f"{NOTEBOOK}:6", "its text differs"),
        (NOTEBOOK, '"6 3', '"6 4', NOTEBOOK, "not the ones that sync stored"),
        (NOTEBOOK, '"setup"', '"other"', f"{NOTEBOOK}:2", "its metadata differs"),
        (NOTEBOOK, '"Python 3"', '"R"', NOTEBOOK, "the notebook's metadata differ"),
        (NOTEBOOK, '"execution_count": 2', '"execution_count": 9', NOTEBOOK, "not the ones that sync stored"),
        (NOTEBOOK, '{\n "cells"', '{\n\n "cellz"', NOTEBOOK, "not a valid notebook"),
        ("exercises/01_zipf.ipynb", "write this", "guess this", "exercises/01_zipf.ipynb:3", "its text differs"),
    ],
)  # fmt: skip
def test_an_edit_is_found(built, edit, file, old, new, place, message):
    edit(built / file, old, new)
    found = [str(fault) for fault in stale_faults(built)]
    assert any(fault.startswith(f"{place}: ") and message in fault for fault in found), found


def test_a_changed_definition_is_stale_until_sync(built, edit):
    edit(built / "llmai_edu/toy/zipf.py", "SCALE * rank", "rank * SCALE")
    assert stale_faults(built) != []
    build(built / LESSON, built, run=lambda book, folder, file: None)
    assert stale_faults(built) == []
    assert "rank * SCALE" in load(built / NOTEBOOK, built).cells[4].source


def test_a_notebook_without_hashes_is_stale(built):
    book = json.loads((built / NOTEBOOK).read_text(encoding="utf-8"))
    del book["metadata"]["llmai_edu"]
    (built / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    assert len(stale_faults(built)) == 2


@pytest.mark.parametrize(
    "file",
    [
        "notebooks/src/01_zipf.py",
        "notebooks/01_zipf.ipynb",
        "solutions/src/01_zipf.py",
        "solutions/01_zipf.ipynb",
        "exercises/01_zipf.ipynb",
        "llmai_edu/course/checks/zipf.py",
        "tests/mutants/zipf.py",
    ],
)
def test_a_missing_partner_is_named(built, file):
    (built / file).unlink()
    assert any(fault.file == file and "01_zipf has no" in fault.message for fault in stale_faults(built))


def test_a_lesson_that_the_map_does_not_know_is_named(built, edit):
    edit(built / "llmai_edu/course/lessons.py", '"01_zipf"', '"03_other"')
    found = [str(fault) for fault in stale_faults(built)]
    assert any("LESSONS has no written lesson 01_zipf" in fault for fault in found)
    assert any(fault.startswith("notebooks/src/03_other.py: 03_other has no lesson") for fault in found)


def test_a_sheet_with_outputs_is_refused(built):
    path = built / "exercises/01_zipf.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    path.write_text(json.dumps(book), encoding="utf-8")
    assert ["holds outputs" in str(fault) for fault in stale_faults(built)] == [True]
