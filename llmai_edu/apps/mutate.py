"""Plant one small bug in a function: the mistakes that people make, made on purpose (mutation testing).

DeMillo, Lipton and Sayward 1978, "Hints on Test Data Selection". Only one line changes, and it stays valid Python.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

__all__ = ["KINDS", "Mutation", "code_lines", "mutations", "plant_bug"]

KINDS = ("comparison", "off by one", "plus and minus", "and and or", "negated condition", "wrong variable")
COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "is": "is not", "is not": "is"}
COMPARISONS |= {"in": "not in", "not in": "in"}


class Mutation(NamedTuple):
    """A planted bug. line: its number, from 1; text: the whole function with the bug in it."""

    kind: str
    line: int
    text: str


class Edit(NamedTuple):
    """Replace a stretch of a line."""

    kind: str
    line: int
    start: int
    stop: int
    new: str


def mutations(text: str) -> list[Mutation]:
    """Every bug that could be planted in a function, in the order of the text.

    The text must be ASCII, since Python counts the columns in bytes. Raises ValueError if it is not, SyntaxError if it
    is no Python.

    >>> for found in mutations("def f(a, b):\\n    return a < b\\n"):
    ...     print(found.kind, "->", found.text.split("return ")[1].strip())
    wrong variable -> b < b
    comparison -> a <= b
    wrong variable -> a < a
    """
    if not text.isascii():
        raise ValueError("the text holds characters beyond ASCII: columns could not be found")
    tree, lines = ast.parse(text), text.split("\n")
    found = []
    for edit in sorted(set(edits(tree, lines)), key=lambda edit: edit[1:]):
        old = lines[edit.line - 1]
        changed = [*lines]
        changed[edit.line - 1] = old[: edit.start] + edit.new + old[edit.stop :]
        try:
            other = ast.parse("\n".join(changed))
        except SyntaxError:
            continue
        if ast.dump(other) != ast.dump(tree):
            found.append(Mutation(edit.kind, edit.line, "\n".join(changed)))
    return found


def plant_bug(text: str, rng: np.random.Generator) -> Mutation | None:
    """Draw a kind of bug, then a place for it; None where nothing can be planted.

    >>> plant_bug("def f(a):\\n    return a + 1\\n", np.random.default_rng(0)).line
    2
    """
    every = mutations(text)
    if not every:
        return None
    kind = rng.choice(sorted({found.kind for found in every}))
    return [found for found in every if found.kind == kind][int(rng.integers(sum(f.kind == kind for f in every)))]


def edits(tree: ast.AST, lines: list[str]) -> Iterator[Edit]:
    """The edits of every node that stands on one line."""
    names = sorted(
        {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    )
    for node in ast.walk(tree):
        if not hasattr(node, "lineno") or node.lineno != node.end_lineno:
            continue
        if isinstance(node, ast.Compare):
            for left, right in zip([node.left, *node.comparators], node.comparators):
                yield from swapped("comparison", COMPARISONS, left, right, lines)
        elif isinstance(node, ast.BinOp):
            yield from swapped("plus and minus", {"+": "-", "-": "+"}, node.left, node.right, lines)
        elif isinstance(node, ast.BoolOp):
            for left, right in zip(node.values, node.values[1:]):
                yield from swapped("and and or", {"and": "or", "or": "and"}, left, right, lines)
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            for step in (1, -1) if node.value > 0 else (1,):
                yield Edit("off by one", node.lineno, node.col_offset, node.end_col_offset, str(node.value + step))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            for name in names:
                if name != node.id:
                    yield Edit("wrong variable", node.lineno, node.col_offset, node.end_col_offset, name)
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.While) and node.test.lineno == node.test.end_lineno:
            test = node.test
            place, old = (test.lineno, test.col_offset, test.end_col_offset), lines[test.lineno - 1]
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                yield Edit("negated condition", *place, old[test.operand.col_offset : test.end_col_offset])
            elif isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
                yield Edit("negated condition", *place, f"not {old[test.col_offset : test.end_col_offset]}")


def swapped(kind: str, table: dict[str, str], left: ast.expr, right: ast.expr, lines: list[str]) -> Iterator[Edit]:
    """Another operator between two operands, where exactly one of the table stands there."""
    if left.end_lineno != right.lineno:
        return
    start, stop = left.end_col_offset, right.col_offset
    between = lines[left.end_lineno - 1][start:stop]
    operator = between.strip(" ()")
    if operator in table:
        at = start + between.index(operator)
        yield Edit(kind, left.end_lineno, at, at + len(operator), table[operator])


def code_lines(text: str) -> list[int]:
    """The numbers, from 1, of the lines that hold code: no blank line, no comment, no docstring, not the head.

    >>> code_lines('def f(a):\\n    "Say a."\\n\\n    # now\\n    return a\\n')
    [5]
    """
    tree, lines = ast.parse(text), text.split("\n")
    function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    body = function.body
    first = body[0].lineno
    if ast.get_docstring(function) is not None:
        first = body[1].lineno if len(body) > 1 else body[0].end_lineno + 1
    full = range(first, len(lines) + 1)
    return [number for number in full if lines[number - 1].strip() and not lines[number - 1].lstrip().startswith("#")]
