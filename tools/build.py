"""From a percent source to the notebook that is stored, with outputs run only when they are stale."""

import copy
import time
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from tools.course_map import refresh_map
from tools.execute import execute
from tools.faults import BuildError
from tools.fingerprint import inputs_digest, outputs_digest
from tools.first_cell import refresh_opening
from tools.layout import name_of, write_atomically
from tools.outputs import describe_pictures, tidy
from tools.percent import dumps, load, notebook
from tools.quotes import refresh_quotes
from tools.sheets import release

Execute = Callable[[NotebookNode, Path, str], None]


def refresh_source(path: Path, root: Path) -> str:
    """Rewrite in a source what is made: its quotations, its opening and its chart of the course. Return its text."""
    file = path.relative_to(root).as_posix()
    text = refresh_quotes(path.read_text(encoding="utf-8"), root, file)
    text = refresh_map(refresh_opening(text, root, file), root, file)
    write_atomically(path, text)
    return text


def expected_inputs(book: NotebookNode, source: Path, root: Path) -> str:
    """Hash what the outputs of the notebook made from `source` depend on; a sheet's checks are found by name."""
    checks = root / "llmai_edu" / "course" / "checks" / f"{name_of(source.stem)}.py"
    return inputs_digest(book, root, source.parent.parent.name, [checks])


def target(source: Path) -> Path:
    """Return where the notebook of a source is stored: one folder up, with the same stem.

    >>> target(Path("notebooks/src/01_tokens.py")).as_posix()
    'notebooks/01_tokens.ipynb'
    """
    return source.parent.parent / f"{source.stem}.ipynb"


def outputs_are_current(stored: NotebookNode, inputs: str) -> bool:
    """Say whether stored outputs belong to these inputs, and are as they were written."""
    marks = stored.metadata.get("llmai_edu", {})
    return marks.get("inputs") == inputs and marks.get("outputs") == outputs_digest(stored)


def build(source: Path, root: Path, force: bool = False, run: Execute = execute) -> str:
    """Bring a source, its notebook and, for a sheet, the student's copy up to date. Return what was done, in words.

    Nothing is written over a stored notebook before its successor was executed to the end. Raises BuildError.
    """
    file = source.relative_to(root).as_posix()
    book = notebook(refresh_source(source, root))
    sheet = release(book, file) if source.parent.parent.name == "solutions" else None
    inputs, path = expected_inputs(book, source, root), target(source)
    stored = _stored(path, root)
    started = time.perf_counter()
    if stored is not None and not force and outputs_are_current(stored, inputs):
        carry_outputs(stored, book)
        done = "outputs kept"
    else:
        execute_and_tidy(book, source, root, run)
        done = f"executed in {time.perf_counter() - started:.1f} s"
    book.metadata["llmai_edu"] = {"inputs": inputs, "outputs": outputs_digest(book)}
    written = write_atomically(path, dumps(book))
    if sheet is not None:
        written |= write_atomically(root / "exercises" / path.name, dumps(sheet))
    return done if written else "up to date"


def _stored(path: Path, root: Path) -> NotebookNode | None:
    """Read the notebook that is stored now; one that cannot be read is made anew."""
    try:
        return load(path, root) if path.is_file() else None
    except BuildError:
        return None


def execute_and_tidy(book: NotebookNode, source: Path, root: Path, run: Execute = execute) -> None:
    """Execute a notebook in place and make its outputs fit to be stored."""
    metadata = copy.deepcopy(book.metadata)
    run(book, source.parent.parent, source.relative_to(root).as_posix())
    book.metadata = metadata  # the kernel adds its own version, which changes without cause
    tidy(book, root)


def carry_outputs(stored: NotebookNode, book: NotebookNode) -> None:
    """Give a rebuilt notebook the outputs that it has already: only its prose or its metadata changed."""
    cells = [[cell for cell in b.cells if cell.cell_type == "code"] for b in (stored, book)]
    for old, new in zip(*cells):
        new.outputs, new.execution_count = old.outputs, old.execution_count
        describe_pictures(new)
