"""Run the cells of a sheet in one namespace of this process, as a kernel would, and put things back afterwards."""

import contextlib
import io
import os
from collections.abc import Iterator
from types import SimpleNamespace

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from llmai_edu.course.check import SEED_VARIABLE

# What a sheet may ask of its notebook and the proof does not have: magics and shell lines do nothing here.
_SHELL = SimpleNamespace(run_line_magic=lambda *_: None, run_cell_magic=lambda *_: None, system=lambda *_: None)


def new_namespace() -> dict:
    """The names that a fresh kernel knows."""
    from IPython.display import display

    return {"__name__": "__main__", "get_ipython": lambda: _SHELL, "display": display}


def execute(source: str, namespace: dict, label: str) -> None:
    """Execute one cell, magics included; the label stands for a file name in tracebacks."""
    code = TransformerManager().transform_cell(source)
    exec(compile(code, f"<{label}>", "exec"), namespace)


def runs_in_proof(cell: NotebookNode) -> bool:
    """Whether the proof executes a cell: code, and not tagged `skip-proof`."""
    return cell.cell_type == "code" and "skip-proof" not in cell.metadata.get("tags", [])


@contextlib.contextmanager
def restored(namespace: dict) -> Iterator[dict]:
    """Let a trial change a namespace, and put the names back; the functions in it see the change meanwhile."""
    before = dict(namespace)
    try:
        yield namespace
    finally:
        namespace.clear()
        namespace.update(before)


def outcome(source: str, namespace: dict, label: str, seed: str = "") -> Exception | None:
    """What a graded cell raises under a seed, or None when it passes."""
    with _environment(SEED_VARIABLE, seed):
        try:
            execute(source, namespace, label)
        except Exception as error:
            return error
    return None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Run without a window, without output and without a trace in the user's progress file."""
    settings = _environment("LLMAI_EDU_PROGRESS", "off"), _environment("MPLBACKEND", "agg")
    with settings[0], settings[1], contextlib.redirect_stdout(io.StringIO()):
        yield


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
