"""The student's copy of a sheet."""

import os
import sys
from pathlib import Path

import pytest
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import compute_checksum
from traitlets.config import Config

from tools.faults import BuildError
from tools.percent import dumps, load, notebook
from tools.sheets import STUB, TEXT_STUB, leak_faults, release

FILE = "solutions/src/01_zipf.py"


@pytest.fixture
def text(course):
    return (course / FILE).read_text(encoding="utf-8")


def test_answers_and_hidden_tests_are_gone_and_tests_are_locked(text):
    master = notebook(text)
    sheet = release(master, FILE)
    source = "\n".join(cell.source for cell in sheet.cells)
    assert all(word not in source for word in ("secret_result", "isclose", "BEGIN", "END"))
    assert "secret_result" in master.cells[2].source, "the master itself is left as it was"
    test = sheet.cells[3]
    assert test.metadata["editable"] is False
    assert test.metadata["nbgrader"]["checksum"] == compute_checksum(test)
    assert [cell.id for cell in sheet.cells] == [cell.id for cell in master.cells]
    assert leak_faults(master, sheet, FILE) == []


def test_a_figure_of_a_sheet_keeps_its_words_in_both_copies(text):
    figure = '# %% alt="A curve that rises, then falls"\nprint(half(2))\n\n'
    master = notebook(text.replace("# %% nbgrader=", figure + "# %% nbgrader=", 1))
    sheet = release(master, FILE)
    for book in (master, sheet):
        assert "A curve that rises, then falls" in book.cells[3].source
        assert book.cells[3].cell_type == "markdown"
        assert book.cells[4].metadata["nbgrader"]["grade_id"] == "half"
    assert leak_faults(master, sheet, FILE) == []


def test_a_teachers_nbgrader_makes_the_same_sheet(text, tmp_path, monkeypatch):
    # nbgrader starts `alembic` by name, which is beside this Python but need not be on the path.
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    master = notebook(text)
    (tmp_path / "source/set").mkdir(parents=True)
    (tmp_path / "source/set/sheet.ipynb").write_text(dumps(master), encoding="utf-8")
    config = Config()
    config.CourseDirectory.root, config.CourseDirectory.assignment_id = str(tmp_path), "set"
    config.CourseDirectory.db_url = f"sqlite:///{tmp_path}/gradebook.db"
    config.ClearSolutions.code_stub = {"python": STUB}
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
    theirs, ours = load(tmp_path / "release/set/sheet.ipynb", tmp_path), release(master, FILE)
    assert [(c.source, c.metadata) for c in ours.cells] == [(c.source, c.metadata) for c in theirs.cells]


def test_a_blank_fails_with_notimplementederror_only(text):
    scope: dict = {}
    exec(release(notebook(text), FILE).cells[2].source, scope)
    with pytest.raises(NotImplementedError, match="write this function first"):
        scope["half"](2)


def test_a_whole_cell_and_a_written_answer_are_replaced(text):
    whole = text.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")
    assert release(notebook(whole), FILE).cells[2].source == STUB
    marks = '{"grade": true, "grade_id": "w", "locked": false, "points": 1, "schema_version": 3, "solution": true}'
    written = f"{text}\n# %% [markdown] nbgrader={marks}\n# Because it is so.\n"
    assert release(notebook(written), FILE).cells[-1].source == TEXT_STUB


@pytest.mark.parametrize(
    ("old", "new", "cell", "message"),
    [
        ("    ### END SOLUTION\n", "", 3, "no end solution statement"),
        ('"solution": true', '"solution": false', 3, "non-solution cell"),
        ('"grade": true', '"grade": false', 4, "non-grade cell"),
        ('"points": 3, ', "", 4, "validate"),
        ('"grade_id": "test_half"', '"grade_id": "half"', None, "validate"),
    ],
)
def test_a_broken_master_is_refused_with_its_cell(text, old, new, cell, message):
    assert old in text
    with pytest.raises(BuildError, match=message) as error:
        release(notebook(text.replace(old, new)), FILE)
    assert error.value.fault.cell == cell


def test_a_line_of_the_solution_elsewhere_in_the_sheet_is_a_leak(text):
    leaking = text.replace("assert half(4)", "number = 1\nsecret_result = number / 2\nassert half(4)")
    (fault,) = leak_faults(notebook(leaking), release(notebook(leaking), FILE), FILE)
    assert fault.cell == 3
    assert "`secret_result = number / 2`" in fault.message


def test_lines_that_give_nothing_away_may_recur(text):
    harmless = (
        text.replace("assert half(4)", "import math\nassert half(4)")
        .replace(
            "    secret_result = number / 2\n", "    import math\n    number += 0\n    secret_result = number / 2\n"
        )
        .replace("assert half(4)", "number = 1\nnumber += 0\nassert half(4)")
    )
    assert leak_faults(notebook(harmless), release(notebook(harmless), FILE), FILE) == []
