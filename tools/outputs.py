"""Make executed outputs fit to be stored: readable where nothing runs, and the same each time."""

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
BAR = re.compile(r"^.*\d+%\|.*\|.*$")


def tidy(book: NotebookNode, root: Path) -> None:
    """Tidy all outputs of a notebook in place, and give each picture the cell's alternative text."""
    book.metadata.pop("widgets", None)  # GitHub and Colab refuse to show a notebook that has it
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [_tidied(output, root) for output in without_dead_widgets(cell.outputs)]
            describe_pictures(cell)


def pictures(cell: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """Yield the outputs of a cell that hold a picture, with its MIME type."""
    for output in cell.outputs:
        if mime := next((m for m in output.get("data", {}) if m.startswith("image/")), None):
            yield output, mime


def alt_texts(cell: NotebookNode, count: int) -> list[str]:
    """Return the alternative text of each of a cell's pictures, from its `alt="…"` or `alt=["…", "…"]`."""
    alt = cell.metadata.get("alt", [])
    return list(alt) if isinstance(alt, list) else [alt] * count


def describe_pictures(cell: NotebookNode) -> None:
    """Write the alternative texts into the outputs' metadata, where nbconvert's `classic` template reads them.

    Its `lab` template, which is the default, and JupyterLab do not: for their readers `percent.with_words` puts the
    same text into a folded paragraph below the figure.
    """
    shown = list(pictures(cell))
    for (output, mime), text in zip(shown, alt_texts(cell, len(shown))):
        output.metadata.setdefault(mime, NotebookNode())["alt"] = text


def without_dead_widgets(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Take out the live views, which are dead when nothing runs, wherever a static picture or HTML remains.

    A view whose only other form is a line of text stays if nothing else can stand for it: `check` refuses it.
    """
    fallback = any(_is_static(output) for output in outputs)
    kept = []
    for output in outputs:
        data = output.get("data", {})
        if WIDGET in data:
            if _is_static(output):
                del data[WIDGET]
            elif fallback or BAR.match(data.get("text/plain", "").split("\n")[0]):
                continue
        kept.append(output)
    return kept


def _is_static(output: NotebookNode) -> bool:
    return any(mime == "text/html" or mime.startswith("image/") for mime in output.get("data", {}))


def _tidied(output: NotebookNode, root: Path) -> NotebookNode:
    if output.output_type == "error":
        # A trace through the package names its files: show them as the reader knows them, from the repository's root.
        output.traceback = [ANSI.sub("", line).replace(f"{root}/", "") for line in output.traceback]
        output.traceback = [re.sub(r"\S*/(?:site|dist)-packages/", "", line) for line in output.traceback]
        output.traceback = [re.sub(r"\S*/lib/python3\.\d+/", "", line) for line in output.traceback]
    elif output.output_type == "stream" and output.name == "stderr":
        output.text = _last_of_each_bar(output.text)
    return output


def _last_of_each_bar(text: str) -> str:
    """Keep only the final state of each progress bar: what stood before the last carriage return was painted over.

    >>> _last_of_each_bar("train:   0%|    | 0/2\\rtrain: 100%|####| 2/2\\nother\\n")
    'train: 100%|####| 2/2\\nother\\n'
    """
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")]
    return "\n".join(
        line
        for i, line in enumerate(lines)
        if not (_bar_name(line) and _bar_name(line) in map(_bar_name, lines[i + 1 :]))
    )


def _bar_name(line: str) -> str | None:
    """The name before a bar's percentage, or None for a line that is no bar; bars without a name share `:`."""
    return re.split(r"\s*\d+%\|", line)[0] + ":" if BAR.match(line) else None
