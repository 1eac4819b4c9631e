"""Exercise sheets: the student's copy is made from the solved master by nbgrader's own preprocessors.

The order is that of nbgrader's `generate_assignment`, less the steps that need its database, so that a sheet made
here and one made by a teacher's nbgrader are the same.
"""

import copy
import logging
import re
from collections.abc import Iterator

from nbformat import NotebookNode
from nbgrader import preprocessors as steps
from traitlets.config import Config

from tools.faults import BuildError, Fault
from tools.percent import METADATA

# What stands in place of an answer. The proof of the exercises demands that a blank sheet fails with this error only.
STUB = '# Your code here.\nraise NotImplementedError("write this function first")'
TEXT_STUB = "*Your answer here.*"

ORDER = (
    steps.LockCells,
    steps.ClearSolutions,
    steps.ClearOutput,
    steps.CheckCellMetadata,
    steps.ComputeChecksums,
    steps.ClearHiddenTests,
    steps.ClearMarkScheme,
    steps.ComputeChecksums,  # again, as nbgrader does: the hidden tests are gone now
    steps.CheckCellMetadata,
)
_log = logging.getLogger("tools.sheets")
_log.addHandler(logging.NullHandler())
_log.propagate = False  # nbgrader logs whole cells before it raises; the fault below says it in one line


def release(master: NotebookNode, file: str) -> NotebookNode:
    """Return the student's copy of a solved sheet: answers, hidden tests and outputs taken out, test cells locked.

    Raises BuildError when a marker is unbalanced, stands in the wrong cell, or nbgrader's metadata are not valid.
    """
    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    sheet = copy.deepcopy(master)
    sheet.metadata = copy.deepcopy(NotebookNode(METADATA))
    for step in ORDER:
        preprocess = step(config=config, log=_log).preprocess
        before = copy.deepcopy(sheet)
        try:
            sheet, _ = preprocess(sheet, {})
        except Exception as error:  # nbgrader raises bare RuntimeErrors and its own ValidationError
            number = _guilty(preprocess, before)
            message = f"nbgrader refuses the sheet: {str(error).splitlines()[0]}; correct the cell or its metadata"
            raise BuildError(file, number, message) from None
    return sheet


def _guilty(preprocess, book: NotebookNode) -> int | None:
    """Find the cell that a preprocessor refuses, by giving it one at a time."""
    for number, cell in enumerate(book.cells, 1):
        try:
            preprocess(NotebookNode(copy.deepcopy(book) | {"cells": [copy.deepcopy(cell)]}), {})
        except Exception:
            return number
    return None


def secret_lines(cell: NotebookNode) -> Iterator[str]:
    """Yield the lines of a master's cell that no student may see: answers, hidden tests, marking notes."""
    secret = False
    lines = cell.source.split("\n")
    regions = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
    whole = cell.metadata.get("nbgrader", {}).get("solution") and not regions.search(cell.source)
    for line in lines:
        if mark := regions.search(line):
            secret = mark[1] == "BEGIN"
        elif secret or whole:
            yield line.strip()


def leak_faults(master: NotebookNode, sheet: NotebookNode, file: str) -> list[Fault]:
    """List the lines of a solution that also stand somewhere in the student's copy.

    An import, or a line with fewer than two names such as `else:` or `return x`, gives nothing away.
    """
    open_lines = {line.strip() for cell in sheet.cells for line in cell.source.split("\n")}
    faults = []
    for number, cell in enumerate(master.cells, 1):
        for line in dict.fromkeys(secret_lines(cell)):
            if line in open_lines and _telling(line):
                text = f"the student's sheet shows `{line}`, a line of the solution; word one of the two differently"
                faults.append(Fault(file, number, text))
    return faults


def _telling(line: str) -> bool:
    if line.startswith(("import ", "from ", "#", '"""')):
        return False
    names = set(re.findall(r"[^\W\d]\w*", line)) - {"return", "else", "if", "for", "in", "not", "pass", "and", "or"}
    return len(names) >= 2
