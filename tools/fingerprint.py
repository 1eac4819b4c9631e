"""Hashes that tell whether a notebook's stored outputs still belong to its code.

The inputs of a notebook are its code cells, the package modules that they reach through imports, the data files
beside those modules, and the files of the repository that the code names. Prose is no input: mending a sentence
does not run the page again.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from tools.first_cell import without_colab_lines
from tools.layout import parse_module
from tools.quotes import parsed

PACKAGE = "llmai_edu"


def inputs_digest(book: NotebookNode, root: Path, folder: str, extra: Iterable[Path] = ()) -> str:
    """Hash everything that the outputs of a notebook in `folder` depend on; `extra` names files it reaches unseen."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    reached: set[Path] = {path for path in extra if path.is_file()}
    for cell in code:
        tree = parsed(cell.source)
        reached |= named_files(tree, root, root / folder)
        for module, names in imported(tree):
            reached |= reach(root, module, names)
    digest = hashlib.sha256()
    for cell in code:
        digest.update(without_colab_lines(cell.source).encode() + b"\0")
        digest.update(b"raises\0" if "raises-exception" in cell.metadata.get("tags", []) else b"\0")
    for path in sorted(reached):
        digest.update(f"{path.relative_to(root).as_posix()}\0{_file_digest(path, path.stat().st_mtime_ns)}\0".encode())
    return digest.hexdigest()


def outputs_digest(book: NotebookNode) -> str:
    """Hash what the code cells show, with their counters, as nbformat reads it back."""
    shown = [[cell.execution_count, cell.outputs] for cell in book.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def reach(root: Path, module: str, names: Iterable[str] = ()) -> set[Path]:
    """Return the package's files that importing `names` from `module` (or the whole module) reaches, and their data.

    A name that a room re-exports leads to its own module alone, not to all of the room: a change in the stemmer does
    not run again the lessons that only use the tokenizer beside it.
    """
    files: set[Path] = set()
    todo = [(module, tuple(names))]
    done = set()
    while todo:
        step = todo.pop()
        if step in done:
            continue
        done.add(step)
        for path, further in _step(root, *step):
            files.add(path)
            todo += further
    return files.union(*(_data_beside(folder) for folder in {path.parent for path in files}))


def _step(root: Path, module: str, names: tuple[str, ...]) -> Iterator[tuple[Path, list]]:
    """Yield the files that one import touches, each with the imports to follow from there."""
    parts = module.split(".")
    for end in range(1, len(parts)):  # the packages above are run too, but what they re-export is not used
        if init := _module_file(root, ".".join(parts[:end])):
            yield init, []
    path = _module_file(root, module)
    submodules = [name for name in names if _module_file(root, f"{module}.{name}")]
    yield from ((path or root / PACKAGE / "__init__.py", [(f"{module}.{name}", ())]) for name in submodules)
    if path is None or (names and len(submodules) == len(names)):
        return
    here = list(imported(_tree(path, path.stat().st_mtime_ns), module if path.stem == "__init__" else parts[:-1]))
    if path.stem == "__init__" and names:
        sources = {name: (origin, (name,)) for origin, found in here for name in found}
        rest = [name for name in names if name not in submodules]
        if all(name in sources for name in rest):
            here = [sources[name] for name in rest]
    yield path, [(origin, tuple(found)) for origin, found in here]


def imported(tree: ast.Module, package: str | list[str] = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the imports of the package in some code, also inside functions, as (module, names).

    package: the package that relative imports start from.

    >>> list(imported(ast.parse("from llmai_edu.datasets import fetch, load_speeches; import numpy")))
    [('llmai_edu.datasets', ('fetch', 'load_speeches'))]
    """
    base = package.split(".") if isinstance(package, str) else package
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [(alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = base[: len(base) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            names = tuple(alias.name for alias in node.names)
            found = [(module, () if "*" in names else names)]
        else:
            continue
        yield from ((module, names) for module, names in found if module.split(".")[0] == PACKAGE)


def named_files(tree: ast.Module, root: Path, folder: Path) -> set[Path]:
    """Return the repository's files that code names in a string, relative to the page: `"../benchmarks/x.json"`."""
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    paths = [(folder / text).resolve() for text in texts if "." in text and len(text) < 200 and text.isprintable()]
    # A notebook is no input: it would depend on its own outputs.
    inside = (path for path in paths if path.is_relative_to(root.resolve()) and path.suffix != ".ipynb")
    return {root / path.relative_to(root.resolve()) for path in inside if path.is_file()}


def _module_file(root: Path, module: str) -> Path | None:
    stem = root.joinpath(*module.split("."))
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


def _data_beside(folder: Path) -> set[Path]:
    """The data files of a room: in its folder, or in folders below it that hold no code."""
    files = {p for p in folder.iterdir() if p.is_file() and p.suffix not in (".py", ".pyc") and p.name[0] != "."}
    below = [p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._" and not any(p.glob("*.py"))]
    return files.union(*map(_data_beside, below))


# The time of the last change is part of the key, so that a long-lived process never sees an old file.
@cache
def _tree(path: Path, _changed: int) -> ast.Module:
    return parse_module(path)


@cache
def _file_digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
