"""A learner without data must read one line that says what to do, and not the way through the library."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("notebooks/*.ipynb"))


@pytest.mark.parametrize("page", PAGES)
def test_page_without_data_says_in_one_line_what_to_do(page, tmp_path, monkeypatch):
    monkeypatch.setenv("LLMAI_EDU_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("LLMAI_EDU_OFFLINE", "1")
    book = nbformat.read(ROOT / page, as_version=4)
    first = next(i for i, cell in enumerate(book.cells) if cell.cell_type == "code")
    book.cells = book.cells[: first + 1]
    client = NotebookClient(book, allow_errors=True, resources={"metadata": {"path": str(ROOT / "notebooks")}})
    client.execute(env=dict(os.environ))
    (error,) = [output for output in book.cells[first].outputs if output.output_type == "error"]
    assert error.ename == "DataError"
    assert len(error.traceback) == 1
    assert "\n" not in error.traceback[0].strip()
    assert "llmai-edu data fetch" in error.traceback[0]
    assert not (tmp_path / "empty").exists() or not any((tmp_path / "empty").iterdir())
