"""House rules for the code of a page: short cells, and nothing that only seems to work."""

import ast
import re
from statistics import median
from typing import Any

from nbformat import NotebookNode

from tools.faults import Fault
from tools.first_cell import without_colab_lines
from tools.quotes import parsed

LONGEST, MEDIAN, MOST = 30, 8, 60


def code_lines(source: str) -> int:
    """Count the lines of a cell's own code: not the blank ones, docstrings, or the shared Colab lines.

    >>> code_lines('def f():\\n    \"\"\"Say\\n    hi.\"\"\"\\n\\n    return 1')
    2
    """
    source = without_colab_lines(source)
    lines = {i for i, line in enumerate(source.split("\n"), 1) if line.strip()}
    for node in ast.walk(parsed(source)):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def code_faults(book: NotebookNode, file: str, lesson: bool) -> list[Fault]:
    """List the broken rules in the code cells of a source; a lesson, unlike a sheet, also keeps its median small."""
    code = [(number, cell) for number, cell in enumerate(book.cells, 1) if cell.cell_type == "code"]
    sizes = [(number, code_lines(cell.source)) for number, cell in code]
    faults = [
        Fault(file, number, f"{size} lines of code; the limit is {LONGEST}, docstrings not counted; split the cell")
        for number, size in sizes
        if size > LONGEST
    ]
    if len(code) > MOST:
        faults.append(Fault(file, None, f"{len(code)} code cells; the limit is {MOST}; move some to another lesson"))
    middle = median(size for _, size in sizes) if lesson and sizes else 0
    if middle > MEDIAN:
        faults.append(
            Fault(file, None, f"the median code cell has {middle:g} lines; the limit is {MEDIAN}; split the longest")
        )
    for place, (number, cell) in enumerate(code):
        if cell.source.rstrip().endswith(";"):
            faults.append(
                Fault(file, number, "ends with `;`, which hides nothing from every runner; end with plt.show()")
            )
        if "raises-exception" in cell.metadata.get("tags", []):
            following = code[place + 1][1].source if place + 1 < len(code) else ""
            if not re.search(r"^\s*assert\b", f"{cell.source}\n{following}", flags=re.MULTILINE):
                faults.append(
                    Fault(file, number, "may raise, but nothing asserts that it does; assert it in the next code cell")
                )
    return faults


def about_faults(book: NotebookNode, file: str, lesson: Any = None) -> list[Fault]:
    """Demand the line that says what a lesson costs and needs, with the figures that the map of the course has.

    Expected in cell 1: `*About 15 minutes to read, 30 seconds to run on two CPU cores, 1.5 GB. Needs: …*`
    """
    line = next((ln for ln in book.cells[0].source.split("\n") if ln.startswith("*About ")), "") if book.cells else ""
    found = re.match(r"\*About (\d+) minutes? to read, (\d+) seconds? to run\b.*?([\d.]+) (GB|MB)\b.*\bNeeds: ", line)
    if not found:
        form = "*About 15 minutes to read, 30 seconds to run on two CPU cores, 1.5 GB. Needs: …*"
        return [Fault(file, 1, f"does not say what it costs and needs; add a line such as `{form}`")]
    memory = float(found[3]) * (1000 if found[4] == "GB" else 1)
    said = (int(found[1]), int(found[2]), memory)
    if lesson is None or said == (lesson.minutes, lesson.seconds, lesson.memory_mb):
        return []
    known = f"{lesson.minutes} minutes, {lesson.seconds} seconds, {lesson.memory_mb} MB"
    return [Fault(file, 1, f"its cost differs from the map of the course, which has {known}; make them equal")]
