"""Planted wrong answers: `tests/mutants/<name>.py` holds a table MUTANTS of them for every exercise of a lesson."""

import runpy
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tools.faults import BuildError
from tools.layout import ROOT


@dataclass(frozen=True)
class Mutant:
    """One wrong answer: the misconception's name, a piece of the message that it must meet, and the wrong code.

    The code is either an `edit` of the solution cell, (what stands there once, what stands there instead), or a
    `source` that replaces the whole cell.

    >>> Mutant("added", says="you added", edit=("a * b", "a + b")).apply("product = a * b")
    'product = a + b'
    """

    name: str
    says: str
    edit: tuple[str, str] | None = None
    source: str | None = None

    def apply(self, solution: str) -> str:
        """The wrong cell made from the solution cell. Raises ValueError when the edit does not fit exactly once."""
        if (self.edit is None) == (self.source is None):
            raise ValueError(f"mutant {self.name!r} needs either an edit or a source")
        if self.edit is None:
            return dedent(self.source).strip("\n")
        old, new = self.edit
        if solution.count(old) != 1:
            raise ValueError(
                f"mutant {self.name!r}: {old!r} stands {solution.count(old)} times in the solution, not once"
            )
        return solution.replace(old, new)


def load_mutants(name: str, root: Path = ROOT) -> dict[str, list[Mutant]]:
    """Read the table of one lesson: exercise name to its mutants. Raises BuildError when there is no table."""
    file = f"tests/mutants/{name}.py"
    if not (root / file).is_file():
        raise BuildError(file, None, "the table of wrong answers is missing; write MUTANTS, at least three an exercise")
    return runpy.run_path(str(root / file))["MUTANTS"]
