"""Read a py:percent source: as text segments that can be rewritten, and as the notebook that is built from it."""

import hashlib
import re
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from tools.faults import BuildError

# Only what every Jupyter needs: anything about this machine (its Python version, say) would change without cause.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def split(text: str) -> tuple[str, list[str]]:
    """Cut a source into its header and one segment for each cell, which together are the text again.

    >>> split("# header\\n\\n# %%\\nx = 1\\n\\n# %% [markdown]\\n# Hi\\n")
    ('# header\\n\\n', ['# %%\\nx = 1\\n\\n', '# %% [markdown]\\n# Hi\\n'])
    """
    header, *segments = re.split(r"^(?=# %%)", text, flags=re.MULTILINE)
    return header, segments


def cell_of(segment: str) -> NotebookNode:
    """Parse one segment into its notebook cell (type, source and metadata)."""
    cell = jupytext.reads(segment, fmt="py:percent").cells[0]
    for key in [key for key in cell.metadata if key.startswith("lines_to_")]:  # the source's layout, no cell metadata
        del cell.metadata[key]
    cell.source = cell.source.strip("\n")
    return cell


def numbers(segments: list[str]) -> list[int]:
    """Return the number that each segment's cell has in the notebook, where a figure's words are a cell too.

    >>> numbers(['# %% alt="A bar"\\nplt.show()\\n', '# %%\\nx = 1\\n'])
    [1, 3]
    """
    counts = [len(with_words(cell_of(segment))) for segment in segments]
    return list(accumulate(counts, initial=1))[:-1]


def with_body(segment: str, body: str) -> str:
    """Return the segment with another body, and as many blank lines after it as `ruff format` wants."""
    marker = segment.split("\n", 1)[0]
    blank = "\n\n" if re.match(r"@|def |class |async def ", body) else "\n"
    return f"{marker}\n{body.strip()}\n{blank}"


def notebook(text: str) -> NotebookNode:
    """Build the notebook, unexecuted, with the same cell ids and metadata each time.

    An id is a hash of the cell's own text, so that a new cell leaves all the others alone.
    """
    cells = [made for segment in split(text)[1] for made in with_words(cell_of(segment))]
    for cell, name in zip(cells, _ids(cells)):
        cell.id = name
    book = nbformat.v4.new_notebook(cells=cells, metadata=nbformat.from_dict(METADATA))
    book.nbformat_minor = 5
    return book


def with_words(cell: NotebookNode) -> list[NotebookNode]:
    """Return a cell, followed by its figures in words if it has an alternative text.

    JupyterLab shows a figure that was just drawn without any alternative text, and so does the page that nbconvert
    makes. A folded paragraph below the figure is there for everybody, wherever the page is read.
    """
    alt = cell.metadata.get("alt", [])
    texts = [text for text in (alt if isinstance(alt, list) else [alt]) if isinstance(text, str) and text.strip()]
    if cell.cell_type != "code" or not texts:
        return [cell]
    # A description is plain text: its dollars open no formula, and its brackets no tag.
    body = "\n\n".join(re.sub(r"([\\`*_$<\[\]])", r"\\\1", text) for text in texts)
    words = nbformat.v4.new_markdown_cell(f"<details><summary>The figure in words</summary>\n\n{body}\n\n</details>")
    return [cell, words]


def _ids(cells: Iterable[NotebookNode]) -> Iterable[str]:
    seen: dict[str, int] = {}
    for cell in cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        yield digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def dumps(book: NotebookNode) -> str:
    """Write a notebook as text, always the same for the same notebook."""
    return nbformat.writes(book, version=4) + "\n"


def load(path: Path, root: Path) -> NotebookNode:
    """Read and validate a built notebook. Raises BuildError when it is not one."""
    try:
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
    except (ValueError, nbformat.ValidationError) as error:
        reason = str(error).split("\n")[0]
        raise BuildError(
            path.relative_to(root).as_posix(), None, f"not a valid notebook ({reason}); run sync"
        ) from None
    return book
