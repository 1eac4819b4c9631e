"""House rules for what is stored in an executed notebook."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from tools.faults import Fault
from tools.outputs import ANSI, BAR, WIDGET, alt_texts, pictures
from tools.text_rules import alt_faults, foreign, html_faults

LARGEST = 500_000  # bytes; GitHub shows larger ones slowly or not at all
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


def output_faults(book: NotebookNode, path: Path, file: str) -> list[Fault]:
    """List the broken rules in the outputs of a stored notebook."""
    faults = []
    if (size := path.stat().st_size) > LARGEST:
        faults.append(
            Fault(file, None, f"{size // 1000} KB; the limit is {LARGEST // 1000} KB; store smaller pictures")
        )
    if "widgets" in book.metadata:
        faults.append(Fault(file, None, "has metadata.widgets, which GitHub and Colab refuse; run sync"))
    for number, cell in enumerate(book.cells, 1):
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None and cell.source.strip():
            faults.append(Fault(file, number, "was never executed (execution_count is null); run sync"))
        if "raises-exception" in cell.metadata.get("tags", []) and not _raised(cell):
            faults.append(Fault(file, number, "is tagged raises-exception but raised nothing; take the tag off"))
        faults += [Fault(file, number, message) for message in (*_pictures(cell), *_outputs(cell))]
    return faults


def _raised(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.outputs)


def _pictures(cell: NotebookNode) -> Iterator[str]:
    shown = list(pictures(cell))
    texts = alt_texts(cell, len(shown))
    stored = [output.metadata.get(mime, {}).get("alt", "") for output, mime in shown]
    if len(texts) != len(shown) or not all(isinstance(text, str) and text.strip() for text in texts):
        yield f'shows {len(shown)} pictures and has {len(texts)} alternative texts; write alt="…" on its `# %%` line'
    elif stored != texts:
        yield "the alternative text stored with its picture is stale; run sync"
    elif not shown and cell.metadata.get("alt"):
        yield "has an alternative text but shows no picture; take alt=… off"
    else:
        yield from (fault for text in texts for fault in alt_faults(text))


def _outputs(cell: NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        data = output.get("data", {})
        if WIDGET in data:
            yield "shows a widget only: nothing remains where widgets do not run; add a picture or HTML"
        text = _text(output)
        yield from foreign(text)
        yield from html_faults(data.get("text/html", ""))
        if ANSI.search(text):
            yield "shows colour codes (ANSI), which are noise in most viewers; print plain text or display HTML"
        if ADDRESS.search(text) and output.output_type != "error":
            yield "shows a memory address, different each time; print something else, or end with plt.show()"
        if output.output_type == "stream" and output.name == "stderr" and _is_warning(output.text):
            yield "shows a warning; a lesson runs clean; mend its cause"


def _is_warning(text: str) -> bool:
    return any(line.strip() and not BAR.match(line) for line in text.split("\n")) and "Warning" in text


def _text(output: NotebookNode) -> str:
    """All the readable text of an output: not the bytes of pictures, in which anything may seem to stand."""
    data = {mime: value for mime, value in output.get("data", {}).items() if not mime.startswith("image/")}
    parts = [output.get("text", ""), *output.get("traceback", []), *data.values()]
    return "\n".join(part if isinstance(part, str) else json.dumps(part) for part in parts)
