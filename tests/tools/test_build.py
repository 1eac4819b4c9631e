"""From source to stored notebook: what is executed when, and what a failure leaves behind."""

import pytest

from tools.build import build
from tools.faults import BuildError
from tools.layout import ROOT
from tools.percent import load

LESSON, SHEET = "notebooks/src/01_zipf.py", "solutions/src/01_zipf.py"


@pytest.fixture
def run():
    """Stands for the kernel: counts its calls, and shows one line for each code cell."""

    class Run:
        calls = 0
        error = None

        def __call__(self, book, folder, file):
            self.calls += 1
            for count, cell in enumerate((c for c in book.cells if c.cell_type == "code"), 1):
                cell.execution_count = count
            if self.error:
                raise self.error

    return Run()


@pytest.mark.parametrize("file", [LESSON, SHEET])
def test_what_is_built_is_up_to_date(built, run, file):
    assert build(built / file, built, run=run) == "up to date"
    assert run.calls == 0


def test_both_copies_of_a_sheet_are_built(built):
    solved, blank = (load(built / folder / "01_zipf.ipynb", built) for folder in ("solutions", "exercises"))
    assert [c.execution_count for c in solved.cells if c.cell_type == "code"] == [1, 2, 3]
    assert "### BEGIN SOLUTION" in solved.cells[2].source, "it stays a master that nbgrader can take over"
    assert not any(c.execution_count for c in blank.cells if c.cell_type == "code")


@pytest.mark.parametrize(
    ("file", "old", "new", "calls"),
    [
        (LESSON, "Now it is called.", "Now we call it.", 0),
        (LESSON, "A red square", "A red square on white", 0),
        (LESSON, "slope(3)", "slope(4)", 1),
        ("llmai_edu/toy/zipf.py", "slope(rank) + 1", "slope(rank) + 2", 1),
        ("llmai_edu/toy/other.py", "return 0", "return 1", 0),
    ],
)
def test_only_what_changes_the_outputs_is_executed(built, edit, run, file, old, new, calls):
    edit(built / file, old, new)
    build(built / LESSON, built, run=run)
    assert run.calls == calls
    assert build(built / LESSON, built, run=run) == "up to date"


def test_prose_is_renewed_and_outputs_kept(built, edit, run):
    edit(built / LESSON, "Now it is called.", "Now we call it.")
    edit(built / LESSON, "A red square", "A red square on white")
    old = load(built / "notebooks/01_zipf.ipynb", built)
    assert build(built / LESSON, built, run=run) == "outputs kept"
    new = load(built / "notebooks/01_zipf.ipynb", built)
    assert new.cells[5].source == "Now we call it."
    assert new.cells[6].outputs == old.cells[6].outputs != []
    assert new.cells[2].outputs[0].metadata["image/svg+xml"]["alt"] == "A red square on white, seen from the front"


def test_a_sheet_depends_on_its_checks(built, run):
    (built / "llmai_edu/course/checks/zipf.py").write_text("x = 1\n", encoding="utf-8")
    build(built / SHEET, built, run=run)
    assert run.calls == 1


def test_edited_outputs_and_force_execute_again(built, edit, run):
    edit(built / "notebooks/01_zipf.ipynb", "6 3", "7 3")
    build(built / LESSON, built, run=run)
    assert run.calls == 1
    build(built / LESSON, built, force=True, run=run)
    assert run.calls == 2


def test_a_failure_leaves_the_stored_notebook(built, edit, run):
    path = built / "notebooks/01_zipf.ipynb"
    before = path.read_bytes()
    edit(built / LESSON, "slope(3)", "slope(4)")
    run.error = BuildError(LESSON, 6, "ValueError: no")
    with pytest.raises(BuildError):
        build(built / LESSON, built, run=run)
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["01_zipf.ipynb", "src"]


def test_a_broken_notebook_is_built_anew(built, run):
    (built / "notebooks/01_zipf.ipynb").write_text("<<<<<<< merge", encoding="utf-8")
    build(built / LESSON, built, run=run)
    assert run.calls == 1
    load(built / "notebooks/01_zipf.ipynb", built)


def test_a_page_that_cannot_be_released_is_not_stored(course, edit, run):
    edit(course / SHEET, "    ### END SOLUTION\n", "")
    with pytest.raises(BuildError, match="no end solution"):
        build(course / SHEET, course, run=run)
    assert not (course / "solutions/01_zipf.ipynb").exists()


def test_a_stored_notebook_names_nothing_of_this_machine(built):
    for path in built.glob("*/*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert str(built) not in text
        assert str(ROOT) not in text
        assert '"widgets"' not in text
        assert "lines_to_next_cell" not in text
