"""The proof of one sheet: solution, blank and mutants, each run against the graded cells under several seeds."""

from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from llmai_edu.course.expect import CheckFailed
from tools.layout import ROOT
from tools.proof.mutants import Mutant, load_mutants
from tools.proof.rules import sheet_faults, task_faults
from tools.proof.run import new_namespace, outcome, quiet, restored, runs_in_proof
from tools.proof.sheet import Sheet, Task, read_sheet, student_copy

# The learner's own seed (none set) and three that a teacher might choose.
SEEDS = ("", "spring", "a secret", "3")


@dataclass
class Proof:
    """What was found out about one exercise: `faults` is empty when everything holds."""

    name: str
    faults: list[str] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)


def prove(stem: str, root: Path = ROOT) -> list[Proof]:
    """Prove every exercise of a sheet; the first entry is the sheet as a whole.

    The sheet runs once, with its solutions. At each solution cell the blank and the mutants are tried in its place
    with the graded cells only, and the names are put back. Raises BuildError when the sheet cannot be read.
    """
    sheet = read_sheet(root / "solutions" / "src" / f"{stem}.py")
    student, mutants = student_copy(sheet, root), load_mutants(sheet.name, root)
    tasks = {task.cell: task for task in sheet.tasks}
    graded = {test.cell for task in sheet.tasks for test in task.tests}
    whole = Proof(stem, sheet_faults(sheet, student, mutants))
    proofs = {at: Proof(task.name, task_faults(sheet, task, mutants.get(task.name, []))) for at, task in tasks.items()}
    namespace = new_namespace()
    with quiet():
        for at, cell in enumerate(sheet.cells):
            if at in tasks:
                _try(sheet, tasks[at], student, mutants.get(tasks[at].name, []), namespace, proofs[at])
            if runs_in_proof(cell) and at not in graded:
                error = outcome(cell.source, namespace, f"{stem} cell {at + 1}")
                whole.faults += [f"cell {at + 1} raises {_text(error)}"] if error else []
    return [whole, *proofs.values()]


def _try(sheet: Sheet, task: Task, student: NotebookNode, mutants: list[Mutant], namespace: dict, proof: Proof) -> None:
    """Put solution, blank and mutants into the exercise's cell in turn, and see what the graded cells say."""
    solution = sheet.cells[task.cell].source
    for seed in SEEDS:
        for error in _outcomes(sheet, task, solution, namespace, seed):
            if error:
                proof.faults.append(f"the solution fails under seed {seed!r}: {_text(error)}")
    blanks = [cell.source for cell in student.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == task.name]
    for error in _outcomes(sheet, task, blanks[0], namespace, "") if blanks else [None]:
        if type(error) is not NotImplementedError:
            proof.faults.append(f"the blank must raise NotImplementedError, not {_text(error)}")
    for mutant in mutants:
        _try_mutant(sheet, task, mutant, [m.says for m in mutants], namespace, proof)


def _try_mutant(sheet: Sheet, task: Task, mutant: Mutant, all_says: list[str], namespace: dict, proof: Proof) -> None:
    """A mutant must be refused under every seed, in its own words, and by nothing but a refusal."""
    try:
        source = mutant.apply(sheet.cells[task.cell].source)
    except ValueError as error:
        proof.faults.append(str(error))
        return
    for seed in SEEDS:
        errors = [error for error in _outcomes(sheet, task, source, namespace, seed) if error]
        said = [str(error) for error in errors if isinstance(error, CheckFailed)]
        others = [says for says in all_says if says != mutant.says and any(says in text for text in said)]
        if len(said) != len(errors) or not any(mutant.says in text for text in said) or others:
            shown = " | ".join(map(_text, errors)) or "it passes"
            proof.faults.append(f"mutant {mutant.name} under seed {seed!r} must meet {mutant.says!r}, but: {shown}")
            return
    first = next(text for text in said if mutant.says in text)
    proof.refusals.append((mutant.name, first.splitlines()[0]))


def _outcomes(sheet: Sheet, task: Task, source: str, namespace: dict, seed: str) -> list[Exception | None]:
    """What the graded cells of an exercise raise when its cell holds this source."""
    label = f"{sheet.stem} {task.name}"
    with restored(namespace):
        broken = outcome(source, namespace, label)
        if broken:
            return [RuntimeError(f"the cell itself raises {_text(broken)}")]
        return [outcome(sheet.cells[test.cell].source, namespace, label, seed) for test in task.tests]


def _text(error: Exception | None) -> str:
    return f"{type(error).__name__}: {error}" if error else "nothing"
