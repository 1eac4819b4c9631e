"""Three tasks on functions that no model of the course was trained on: a missing line, a planted bug, a docstring."""

import ast
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from llmai_edu.apps.mutate import code_lines, plant_bug
from llmai_edu.datasets.standard_library import Function, Module, functions_of

__all__ = ["Gap", "Planted", "make_gaps", "make_planted", "one_line_docstrings", "without_docstring"]

BEFORE, AFTER, PER_MODULE = 500, 400, 3  # characters on both sides of a gap; examples from one module


class Gap(NamedTuple):
    """A line of code that was cut out; joined, the three are a stretch of the module."""

    module: str
    prefix: str
    line: str
    suffix: str


class Planted(NamedTuple):
    """A function, the same with one bug, and the line of the bug, from 1."""

    module: str
    name: str
    kind: str
    line: int
    original: str
    text: str


def draw(functions: Sequence[Function], rng: np.random.Generator) -> list[Function]:
    """Functions of middle length in a random order, at most three of a module."""
    seen: dict[str, int] = {}
    drawn = []
    for place in rng.permutation(len(functions)):
        found = functions[int(place)]
        if not (150 <= len(found.text) <= 900 and found.text.isascii() and len(code_lines(found.text)) >= 4):
            continue
        if (count := seen.get(found.module, 0)) < PER_MODULE:
            seen[found.module] = count + 1
            drawn.append(found)
    return drawn


def make_gaps(modules: Sequence[Module], n: int, rng: np.random.Generator) -> list[Gap]:
    """Cut one line of code out of each of n functions: a statement, or the head of one, that stands on one line.

    The indentation before it and the line end after it stay. Returns fewer where there are fewer functions.
    """
    gaps, texts = [], {module.name: module.text for module in modules}
    for function in draw(functions_of(modules), rng):
        text, tree = texts[function.module], ast.parse(function.text)
        lines = function.text.split("\n")
        starts = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)}
        after = {number + 1 for number in starts} | {len(lines)}
        whole = [n for n in code_lines(function.text) if n in starts and (n + 1 in starts or n + 1 in after)]
        whole = [number for number in whole if closed(lines[number - 1].strip())]
        if not whole:
            continue
        number = int(rng.choice(whole))
        block = indented(text, function.text)
        if block is None:
            continue
        start = block[number - 1]
        line = lines[number - 1].strip()
        start = text.index(line, start)
        stop = start + len(line)
        gaps.append(Gap(function.module, text[max(start - BEFORE, 0) : start], line, text[stop : stop + AFTER]))
        if len(gaps) == n:
            break
    return gaps


def closed(line: str) -> bool:
    """Whether a line is a statement of its own, or the head of one.

    >>> closed("x = f(a)"), closed("if a:"), closed("x = f(a,"), closed("else:")
    (True, True, False, False)
    """
    try:
        ast.parse(line + (" pass" if line.endswith(":") else ""))
    except SyntaxError:
        return False
    return True


def indented(text: str, function: str) -> list[int] | None:
    """Where each line of a function, moved to the left margin, begins in the text that it comes from."""
    wanted = [line.strip() for line in function.rstrip("\n").split("\n")]
    lines = text.split("\n")
    bare, starts = [line.strip() for line in lines], np.cumsum([0, *(len(line) + 1 for line in lines)])
    for first in range(len(lines) - len(wanted) + 1):
        if bare[first] == wanted[0] and bare[first : first + len(wanted)] == wanted:
            return [int(starts[first + place]) for place in range(len(wanted))]
    return None


def make_planted(modules: Sequence[Module], n: int, rng: np.random.Generator) -> list[Planted]:
    """Plant one bug in each of n functions; those where nothing can be planted are passed over."""
    planted = []
    for function in draw(functions_of(modules), rng):
        bug = plant_bug(function.text, rng)
        if bug is not None and bug.line in code_lines(function.text):
            planted.append(Planted(function.module, function.name, bug.kind, bug.line, function.text, bug.text))
        if len(planted) == n:
            break
    return planted


def without_docstring(text: str) -> str:
    """A function without its docstring; unchanged where it has none, or nothing else.

    >>> without_docstring('def f(a):\\n    "Say a."\\n    return a\\n')
    'def f(a):\\n    return a\\n'
    """
    function = ast.parse(text).body[0]
    if ast.get_docstring(function) is None or len(function.body) < 2:
        return text
    first, lines = function.body[0], text.split("\n")
    return "\n".join(lines[: first.lineno - 1] + lines[first.end_lineno :])


def one_line_docstrings(modules: Sequence[Module], n: int, rng: np.random.Generator) -> list[Function]:
    """n functions whose docstring begins with a sentence of 3 to 20 words; `docstring` is that sentence alone."""
    found = []
    for function in draw(functions_of(modules), rng):
        first = function.docstring.strip().split("\n\n")[0].replace("\n", " ").strip()
        if 3 <= len(first.split()) <= 20 and first[:1].isalpha():
            found.append(function._replace(docstring=first))
        if len(found) == n:
            break
    return found
