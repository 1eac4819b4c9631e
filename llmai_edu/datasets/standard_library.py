"""Python's own standard library as data: the modules of the running Python, and the functions in them.

Nothing is fetched: the files lie beside every Python, under the PSF licence. Another version of Python gives slightly
other text, but a module stays in its part.
"""

import ast
import sysconfig
import textwrap
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from .errors import DataError
from .hash_split import Split, split_by_key

__all__ = ["Function", "Module", "functions_of", "load_standard_library", "read_modules"]

#: Tests, tables, other people's packages, demonstrations, and a grammar of old Python.
UNWANTED = {"test", "tests", "idle_test", "site-packages", "dist-packages", "__pycache__"}
UNWANTED |= {"encodings", "pydoc_data", "lib2to3", "turtledemo", "_bundled", "__phello__"}


class Module(NamedTuple):
    """One file: its path below the library's folder, such as "json/decoder.py", and its text."""

    name: str
    text: str


class Function(NamedTuple):
    """A function or method. text: its lines, moved to the left margin. docstring: "" where it has none."""

    module: str
    name: str
    text: str
    docstring: str


@lru_cache(maxsize=1)
def load_standard_library() -> Split[Module]:
    """Return the modules of the running Python's standard library in three parts that share no package.

    The files of a package, and a module with its helper (`decimal` and `_pydecimal`), land in the same part: they
    repeat each other. Raises DataError when this Python has no such folder.

    >>> train, valid, test = load_standard_library().parts
    >>> len(train) > len(test) > 20
    True
    """
    folder = Path(sysconfig.get_paths()["stdlib"])
    modules = list(read_modules(folder))
    if not modules:
        raise DataError(f"there is no standard library in {folder}: this Python keeps it elsewhere (a zip file?)")
    return split_by_key(modules, key=lambda module: family(module.name), shares=(0.75, 0.1, 0.15))


def family(name: str) -> str:
    """What a module belongs to: the first part of its path without the marks of a helper.

    >>> family("json/decoder.py"), family("_pydecimal.py"), family("decimal.py")
    ('json', 'decimal', 'decimal')
    """
    return name.split("/")[0].removesuffix(".py").removeprefix("_").removeprefix("py").strip("_") or name


def read_modules(folder: Path) -> Iterator[Module]:
    """The Python files under a folder that can be read and parsed, in the order of their names.

    Line ends are made equal, spaces before them removed. Tests, tables and the machine's own settings are left out.
    """
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if UNWANTED & set(inside.parts) or inside.parts[0].startswith(("config-", "_sysconfigdata")):
            continue
        try:
            text = path.read_text(encoding="utf-8")
            ast.parse(text)
        except (SyntaxError, ValueError, OSError):
            continue
        lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
        if text.strip():
            yield Module(inside.as_posix(), "\n".join(lines).strip("\n") + "\n")


def functions_of(modules: Iterable[Module]) -> list[Function]:
    """The functions and methods of some modules, in order; those inside of other functions are left out.

    >>> source = 'class A:\\n    def f(self):\\n        "Say one."\\n        return 1\\n'
    >>> functions_of([Module("a.py", source)])[0].text
    'def f(self):\\n    "Say one."\\n    return 1\\n'
    """
    found = []
    for module in modules:
        lines = module.text.split("\n")
        for node in outer_functions(ast.parse(module.text)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            text = textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno])) + "\n"
            found.append(Function(module.name, node.name, text, ast.get_docstring(node) or ""))
    return found


def outer_functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module that stands in no other one."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif not isinstance(node, ast.expr):
            yield from outer_functions(node)
