"""Run a notebook in a kernel of its own, as CI does: one thread, no profile of the user's, the page's own folder."""

import os
import tempfile
from pathlib import Path

import zmq
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

from tools.faults import BuildError
from tools.outputs import ANSI

TIMEOUT = 300  # seconds a cell; the budget of a whole page is 90


def kernel_environment(profile: str) -> dict[str, str]:
    """Return the kernel's environment: this one's, less what would make its outputs depend on who runs it."""
    # A backend set outside would silence every figure; warnings set outside would change what is shown.
    kept = {key: value for key, value in os.environ.items() if key not in ("MPLBACKEND", "PYTHONWARNINGS")}
    return kept | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "IPYTHONDIR": profile}


def execute(book: NotebookNode, folder: Path, file: str, timeout: int = TIMEOUT) -> None:
    """Execute a notebook in place.

    Raises BuildError, with the number of the cell and the error, when a cell fails, runs longer than `timeout`
    seconds or kills the kernel.
    """
    started = [0]

    def on_start(cell: NotebookNode, cell_index: int) -> None:
        started[0] = cell_index + 1

    client = NotebookClient(
        book,
        kernel_name="python3",
        timeout=timeout,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        # Without encryption every kernel prints a warning: another user of the machine could listen.
        config=Config({"KernelManager": {"transport_encryption": "auto"}} if zmq.has("curve") else {}),
        on_cell_start=on_start,
        resources={"metadata": {"path": str(folder)}},
    )
    with tempfile.TemporaryDirectory() as profile:
        try:
            client.execute(env=kernel_environment(profile))
        except CellExecutionError as error:
            raise BuildError(file, started[0], _explained(error, book.cells[started[0] - 1])) from None
        except CellTimeoutError:
            message = f"ran longer than {timeout} s; a page takes 90 s at most; make the cell smaller"
            raise BuildError(file, started[0], message) from None
        except DeadKernelError:
            message = "the kernel died, most often because memory ran out; use less in this cell"
            raise BuildError(file, started[0], message) from None


def _explained(error: CellExecutionError, cell: NotebookNode) -> str:
    """Name the error and the line of the cell that raised it."""
    trace = ANSI.sub("", error.traceback)
    arrows = [line.strip() for line in trace.split("\n") if line.startswith(("-->", "---->"))]
    at = f" (at `{arrows[0].lstrip('-> 0123456789').strip()}`)" if arrows else ""
    said = f"{error.ename}: {ANSI.sub('', error.evalue).strip()}".removesuffix(": ")
    return f"{said}{at}; mend the cell; the stored notebook is unchanged"
