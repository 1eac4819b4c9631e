"""One fault, as `check` prints it, and the error that `sync` raises when it cannot go on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file: what it is, what was expected, and what to do, in one line.

    Cells are counted from 1, Markdown cells included, as JupyterLab shows them from top to bottom.

    >>> print(Fault("notebooks/src/01_tokens.py", 4, "34 lines of code; the limit is 30; split the cell"))
    notebooks/src/01_tokens.py:4: 34 lines of code; the limit is 30; split the cell
    """

    file: str
    cell: int | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.cell is None else f"{self.file}:{self.cell}"
        return f"{place}: {self.message}"


class BuildError(Exception):
    """A source from which nothing can be built; it carries the fault to show."""

    def __init__(self, file: str, cell: int | None, message: str) -> None:
        self.fault = Fault(file, cell, message)
        super().__init__(str(self.fault))
