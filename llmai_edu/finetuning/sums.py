"""Sums of two numbers of two digits: a task whose answers a rule can check, and texts to begin with.

The texts write an answer in two ways, plainly and in angle brackets. The rule wants the brackets, as the prompts of
reasoning models want \\boxed{}: so there is a form to learn and something to get right.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from llmai_edu.datasets.hash_split import Split, split_by_key
from llmai_edu.tokenizers import CharTokenizer

__all__ = ["END", "Sum", "is_right", "is_well_formed", "rule_reward", "sum_problems", "sum_text", "sum_tokenizer"]

END = "\n"
FORM = re.compile(r"<(\d+)>")
NUMBER = re.compile(r"\d+")


class Sum(NamedTuple):
    """a + b, both of two digits.

    >>> Sum(37, 48).prompt, Sum(37, 48).total
    ('37+48=', 85)
    """

    a: int
    b: int

    @property
    def prompt(self) -> str:
        return f"{self.a}+{self.b}="

    @property
    def total(self) -> int:
        return self.a + self.b


def sum_problems() -> Split[Sum]:
    """All 8,100 sums, split so that 37+48 and 48+37 are in the same part.

    >>> [len(part) for part in sum_problems().parts]
    [6481, 787, 832]
    """
    problems = (Sum(a, b) for a in range(10, 100) for b in range(10, 100))
    return split_by_key(problems, key=lambda one: f"{min(one)}+{max(one)}")


def sum_tokenizer() -> CharTokenizer:
    """One token for each of the characters that sums are written with; the end of a line is 0.

    >>> sum_tokenizer().encode("4+<")
    [6, 1, 12]
    """
    return CharTokenizer(END + "+0123456789<=>")


def sum_text(problem: Sum, brackets: bool) -> str:
    """The sum with its right answer, written in one of the two ways, without the end.

    >>> sum_text(Sum(37, 48), brackets=True), sum_text(Sum(37, 48), brackets=False)
    ('37+48=<85>', '37+48=85')
    """
    return problem.prompt + (f"<{problem.total}>" if brackets else str(problem.total))


def is_well_formed(answer: str, ended: bool) -> bool:
    """Whether an answer is one number in angle brackets, and then the end.

    >>> is_well_formed("<85>", True), is_well_formed("85", True), is_well_formed("<85>", False)
    (True, False, False)
    """
    return ended and FORM.fullmatch(answer) is not None


def is_right(answer: str, problem: Sum) -> bool:
    """Whether an answer names the total and no other number, in whatever form.

    >>> is_right("85", Sum(37, 48)), is_right("<85>", Sum(37, 48)), is_right("85<86>", Sum(37, 48))
    (True, True, False)
    """
    return NUMBER.findall(answer) == [str(problem.total)]


def rule_reward(answer: str, ended: bool, problem: Sum) -> float:
    """1 for the right total in the wanted form, else 0.

    >>> rule_reward("<85>", True, Sum(37, 48)), rule_reward("85", True, Sum(37, 48))
    (1.0, 0.0)
    """
    return float(is_well_formed(answer, ended) and is_right(answer, problem))


def draw_texts(problems: Sequence[Sum], rows: int, rng: np.random.Generator) -> list[str]:
    """Lines to begin with: random sums, each written in one of the two ways with even chances.

    >>> draw_texts([Sum(37, 48)], 2, np.random.default_rng(0))
    ['37+48=85\\n', '37+48=<85>\\n']
    """
    chosen, brackets = rng.integers(len(problems), size=rows), rng.random(rows) < 0.5
    return [sum_text(problems[place], form) + END for place, form in zip(chosen, brackets)]
