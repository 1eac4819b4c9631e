"""Read an exercise sheet, as master or as notebook, into what the proof needs: cells, exercises, graded cells."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools.faults import BuildError
from tools.layout import ROOT
from tools.percent import load, notebook
from tools.sheets import release


@dataclass(frozen=True)
class Graded:
    """One graded cell: where it is, what it is worth, and which exercise and part its `check` names."""

    cell: int
    points: float
    exercise_id: str
    part: str


@dataclass(frozen=True)
class Task:
    """One exercise of a sheet: the cell that holds the solution, and the graded cells that test it."""

    name: str
    cell: int
    tests: tuple[Graded, ...]


@dataclass(frozen=True)
class Sheet:
    """The master of one exercise sheet."""

    stem: str
    book: NotebookNode
    tasks: tuple[Task, ...]

    @property
    def cells(self) -> list[NotebookNode]:
        """The cells of the master, in order."""
        return self.book.cells

    @property
    def name(self) -> str:
        """The stem without its number: the page that `check` calls it."""
        return self.stem.partition("_")[2]


def read_sheet(master: Path) -> Sheet:
    """Read a master. Raises BuildError on a graded cell that belongs to no exercise or that calls no `check`."""
    book = notebook(master.read_text(encoding="utf-8"))
    cells = book.cells
    marks = [cell.metadata.get("nbgrader", {}) if cell.cell_type == "code" else {} for cell in cells]
    tasks = [(mark["grade_id"], at) for at, mark in enumerate(marks) if mark.get("solution") and not mark["grade"]]
    tests: dict[str, list[Graded]] = {name: [] for name, _ in tasks}
    for at, mark in enumerate(marks):
        if mark.get("grade") and not mark["solution"]:
            owner = re.sub(r"^test_|_\d+$", "", mark["grade_id"])
            calls = checks_in(cells[at].source)
            if owner not in tests:
                raise BuildError(
                    master.name, at + 1, f"{mark['grade_id']!r} tests no exercise; name it test_<exercise>"
                )
            if len(calls) != 1:
                raise BuildError(
                    master.name, at + 1, f"a graded cell calls check(...) once, this one {len(calls)} times"
                )
            tests[owner].append(Graded(at, mark["points"], *calls[0]))
    return Sheet(master.stem, book, tuple(Task(name, at, tuple(tests[name])) for name, at in tasks))


def checks_in(source: str) -> list[tuple[str, str]]:
    """The exercise and the part that every call of `check` in a cell names.

    >>> checks_in('check("ngram.mix", mix)'), checks_in('check("ngram.mix", mix, part="sums")')
    ([('ngram.mix', 'mix')], [('ngram.mix', 'sums')])
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check" and node.args:
            exercise_id = ast.literal_eval(node.args[0])
            parts = [ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg == "part"]
            found.append((exercise_id, parts[0] if parts else exercise_id.partition(".")[2]))
    return found


def student_copy(sheet: Sheet, root: Path = ROOT) -> NotebookNode:
    """The student's copy of a sheet: the built one, or, before the first build, made here in the same way."""
    built = root / "exercises" / f"{sheet.stem}.ipynb"
    return load(built, root) if built.is_file() else release(sheet.book, f"solutions/src/{sheet.stem}.py")
