"""Docstrings of the running Python's standard library: a first sentence that sums up, and the text that follows it."""

import ast
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .hash_split import Split, split_by_key

__all__ = ["Described", "load_docstring_pairs", "read_docstring_pairs", "sentences"]

FEWEST, LONGEST = 3, 1600  # sentences of a body; characters, about 400 tokens
SKIPPED = {"test", "tests", "idlelib", "lib2to3", "site-packages", "ensurepip", "__pycache__"}
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(\[`])")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Dr|Mr)\.|\b[A-Z]\.)$")
_NO_PROSE = re.compile(r">>>|^\s*[-=*+#|]|^\s*\w+\s*(?:--|:|=)|\|", re.MULTILINE)


class Described(NamedTuple):
    """One documented thing: its module, its name in there, the first sentence, and the rest as one paragraph."""

    module: str
    name: str
    summary: str
    body: str


def sentences(text: str) -> list[str]:
    """Cut a text into sentences: at a full stop, question or exclamation mark before a space and a capital.

    Abbreviations such as "e.g." do not end one.

    >>> sentences("It fails, e.g. On Windows. Does it? Yes.")
    ['It fails, e.g. On Windows.', 'Does it?', 'Yes.']
    """
    found: list[str] = []
    for piece in _END.split(" ".join(text.split())):
        if found and _SHORT.search(found[-1]):
            found[-1] += " " + piece
        elif piece:
            found.append(piece)
    return found


def load_docstring_pairs() -> Split[Described]:
    """Return the pairs of the running Python, in three parts: about 40, 10 and 50 % of the modules.

    Modules are drawn by their name, so no module lies in two parts. Which pairs there are depends on the version of
    Python: a few hundred.

    >>> split = load_docstring_pairs()  # doctest: +SKIP
    >>> len(split.test) > 100  # doctest: +SKIP
    True
    """
    pairs = read_docstring_pairs(Path(sysconfig.get_paths()["stdlib"]))
    return split_by_key(pairs, key=lambda one: one.module, shares=(0.4, 0.1, 0.5))


def read_docstring_pairs(folder: Path) -> list[Described]:
    """Return all pairs below a folder of Python files, sorted by file: tests, tools and old packages left out.

    A pair needs a first paragraph of one sentence with 5 to 30 words and a full stop, and after it at least three
    sentences of prose (no code, no tables), together at most 1,600 characters. Equal texts are taken once.
    """
    found: dict[str, Described] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parts
        if SKIPPED.isdisjoint(parts):
            module = parts[0].removesuffix(".py")  # a package is one module here
            for name, text in _docstrings(path):
                if pair := _pair(module, name, text):
                    found.setdefault(pair.body, pair)
    return list(found.values())


def _docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """The names and docstrings of a file's classes and functions."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:  # a file for another version of Python
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and (
            text := ast.get_docstring(node)
        ):
            yield node.name, text


def _pair(module: str, name: str, text: str) -> Described | None:
    """The summary and the body of one docstring, if it has both."""
    first, _, rest = text.partition("\n\n")
    summary = sentences(first)
    kept = [block for block in rest.split("\n\n") if not _NO_PROSE.search(block)]
    body = [one for block in kept for one in sentences(block) if one[-1] in ".!?" and len(one.split()) >= 4]
    joined = " ".join(body)
    if len(summary) != 1 or summary[0][-1] != "." or "=" in summary[0] or not 5 <= len(summary[0].split()) <= 30:
        return None
    if len(body) < FEWEST or len(joined) > LONGEST:
        return None
    return Described(module, name, summary[0], joined)
