"""Where things are in the repository, and the two facts that live in one place: its address and the map of lessons."""

import ast
import os
import runpy
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from tools.faults import BuildError

ROOT = Path(__file__).resolve().parent.parent


def name_of(stem: str) -> str:
    """Return a stem without the lesson's number: what its checks and mutants are called.

    >>> name_of("00_start_here")
    'start_here'
    """
    return stem.partition("_")[2]


def sources(root: Path, folder: str) -> list[Path]:
    """List the percent sources in `notebooks` or `solutions`, in the order of the course."""
    return sorted((root / folder / "src").glob("[0-9]*.py"))


def chosen(root: Path, stems: list[str]) -> list[Path]:
    """Return the sources of these lessons and their sheets, or all; `01_tokens` and `tokens` both name one.

    Raises SystemExit, with the known stems, when a stem has no source.
    """
    every = [path for folder in ("notebooks", "solutions") for path in sources(root, folder)]
    if unknown := [stem for stem in stems if not any(stem in (p.stem, name_of(p.stem)) for p in every)]:
        known = ", ".join(sorted({path.stem for path in every})) or "none yet"
        raise SystemExit(f"no source is called {', '.join(unknown)}; there are: {known}")
    return [path for path in every if not stems or path.stem in stems or name_of(path.stem) in stems]


def repository_address(root: Path) -> str:
    """Return the repository's address from pyproject.toml, the one place that holds it."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        return project["urls"]["Repository"].rstrip("/").removesuffix(".git")
    except KeyError:
        raise BuildError("pyproject.toml", None, "no Repository under [project.urls]; badges need it; add it") from None


def course_module(root: Path) -> dict[str, Any]:
    """Return what llmai_edu/course/lessons.py defines, by name.

    That one file is run by its path, so that the map is this root's, and nothing else of the package is loaded.
    """
    file = "llmai_edu/course/lessons.py"
    if not (root / file).is_file():
        raise BuildError(file, None, "the map of lessons is missing; the tools need its LESSONS; write it")
    return runpy.run_path(str(root / file), run_name="course_map")


def course_map(root: Path) -> dict[str, Any]:
    """Return the lessons that are written, by stem."""
    return {lesson.stem: lesson for lesson in course_module(root)["LESSONS"] if lesson.available}


def parse_module(path: Path) -> ast.Module:
    """Parse a file of Python. Raises BuildError, with the line, when it is not Python."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        message = f"line {error.lineno} is not Python ({error.msg}); correct it"
        raise BuildError(path.name, None, message) from None


def write_atomically(path: Path, text: str) -> bool:
    """Write a text file so that it is never half there; return False when it already had this text."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)  # mkstemp makes a file that only its owner can read
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True
