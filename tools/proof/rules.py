"""What must hold of a sheet before it runs: one check a graded cell, points that agree, hints, nothing leaked."""

import re

from nbformat import NotebookNode

from llmai_edu.course.check import exercises
from llmai_edu.course.exercise import Exercise
from tools.proof.mutants import Mutant
from tools.proof.sheet import Sheet, Task
from tools.sheets import leak_faults

# Every graded cell begins with it: a name from an open cell may be anything by the time a submission is graded.
IMPORT = "from llmai_edu.course import check\n"
HEADING = re.compile(r"^#+ .*?([●○]{3}).*?(\d+) minutes?.*?(\d+) points?", re.MULTILINE)


def sheet_faults(sheet: Sheet, student: NotebookNode, mutants: dict[str, list[Mutant]]) -> list[str]:
    """What is wrong with a sheet as a whole."""
    known, written = [one.name for one in exercises(sheet.name)], [task.name for task in sheet.tasks]
    faults = [] if known == written else [f"the sheet has {written}, its checks have {known}"]
    faults += [f"there are mutants of {name}, which is no exercise here" for name in mutants if name not in written]
    leaked = leak_faults(sheet.book, student, f"solutions/src/{sheet.stem}.py")
    return faults + [str(fault) for fault in leaked]


def task_faults(sheet: Sheet, task: Task, mutants: list[Mutant]) -> list[str]:
    """What is wrong with the way one exercise is written."""
    known = {one.name: one for one in exercises(sheet.name)}.get(task.name)
    if known is None:
        return [f"no checker is called {task.name} in course/checks/{sheet.name}.py"]
    says = [mutant.says for mutant in mutants]
    faults = [] if len(mutants) >= 3 else [f"it has {len(mutants)} mutants; at least 3 are needed"]
    if any(a in b for i, a in enumerate(says) for j, b in enumerate(says) if i != j):
        faults.append("two mutants expect the same message; each misconception has its own")
    if not all(sheet.cells[test.cell].source.startswith(IMPORT) for test in task.tests):
        faults.append(f"a graded cell must begin with `{IMPORT.strip()}`; a submission may have redefined `check`")
    return faults + _points(sheet, task, known) + _heading(sheet, task, known)


def _points(sheet: Sheet, task: Task, known: Exercise) -> list[str]:
    ids = {test.exercise_id for test in task.tests} - {known.id}
    graded = sorted((test.part, test.points) for test in task.tests)
    declared = sorted((part.name, part.points) for part in known.parts.values())
    faults = [f"its graded cells check {ids}, not {known.id}"] if ids else []
    return faults + ([] if graded == declared else [f"graded cells have {graded}, the checks declare {declared}"])


def _heading(sheet: Sheet, task: Task, known: Exercise) -> list[str]:
    """The last heading with dots before the solution, and a folded hint after it."""
    above = "\n".join(cell.source for cell in sheet.cells[: task.cell] if cell.cell_type == "markdown")
    headings = list(HEADING.finditer(above))
    want = ("●" * known.difficulty + "○" * (3 - known.difficulty), str(known.minutes), str(known.points))
    if not headings or headings[-1].groups() != want:
        return ["its heading must say {} · {} minutes · {} points".format(*want)]
    hint = "<details>" in above[headings[-1].end() :]
    return [] if hint else ["it has no folded hint: <details><summary>Hint</summary> … </details>"]
