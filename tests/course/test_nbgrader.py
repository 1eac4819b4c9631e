"""A teacher's plain nbgrader takes a sheet over: four submissions get the marks that they have earned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.layout import ROOT
from tools.percent import dumps
from tools.proof.sheet import read_sheet, student_copy

MASTER = ROOT / "solutions" / "src" / "02_ngram.py"

# nbgrader as it comes, with no setting of ours; in a process of its own, because its libraries warn.
GRADE = """
import json, sys
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

config = Config()
config.CourseDirectory.root = sys.argv[1]
config.Exchange.root = sys.argv[1] + "/exchange"
api = NbGraderAPI(config=config)
done = [api.generate_assignment("sheet")]
students = ("full", "half", "blank", "cheat")
done += [api.autograde("sheet", student) for student in students]
for one in done:
    if not one["success"]:
        sys.exit(str(one))
with api.gradebook as book:
    found = [book.find_submission("sheet", student) for student in students]
    print(json.dumps([found[0].max_score, *(one.score for one in found)]))
"""


@pytest.fixture
def environment(tmp_path):
    """Jupyter's own folders in a temporary place."""
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    # nbgrader starts `alembic` by its bare name: the virtual environment must be on the path, activated or not.
    places["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = {"IPYTHONDIR": str(tmp_path / "ipython"), "LLMAI_EDU_PROGRESS": "off", "OMP_NUM_THREADS": "1"}
    return os.environ | places | settings | {"LLMAI_EDU_CHECK_SEED": "a teacher's secret"}


def submissions(sheet):
    """The student's copy with all, half and none of the answers, and one that has a `check` of its own."""
    for student, count in (("full", len(sheet.tasks)), ("half", len(sheet.tasks) // 2), ("blank", 0)):
        book = student_copy(sheet, ROOT)
        answers = {task.name: sheet.cells[task.cell].source for task in sheet.tasks[:count]}
        for cell in book.cells:
            cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        yield student, book, sum(test.points for task in sheet.tasks[:count] for test in task.tests)
    cheat = student_copy(sheet, ROOT)
    setup = next(cell for cell in cheat.cells if "setup" in cell.metadata.get("tags", []))
    setup.source += "\ndef check(*answer, **part):\n    print('passed')"
    yield "cheat", cheat, 0


def test_four_submissions_get_their_marks(tmp_path, environment):
    sheet, course = read_sheet(MASTER), tmp_path / "course"
    handed_in = list(submissions(sheet))
    for folder, book in [("source", sheet.book), *((f"submitted/{name}", book) for name, book, _ in handed_in)]:
        path = course / folder / "sheet" / f"{sheet.stem}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(dumps(book), encoding="utf-8")
    command = [sys.executable, "-c", GRADE, str(course)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    maximum, *scores = json.loads(done.stdout.splitlines()[-1])
    assert scores == [points for _, _, points in handed_in]
    assert scores[0] == maximum > scores[1] > scores[2] == scores[3] == 0
