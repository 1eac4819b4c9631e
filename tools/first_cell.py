"""The shared opening of every page: the link to Colab, and the lines of the first cell that install the course there.

Both are made from the repository's address, so that it is written in one place. The link is text, not a picture: a
picture would be fetched from the network each time the page is opened.
"""

from pathlib import Path

from tools.faults import BuildError, Fault
from tools.layout import repository_address
from tools.percent import cell_of, numbers, split, with_body

BEGIN = "# --- On Colab, install the course first; anywhere else these lines do nothing ---"
END = "# --- end of the Colab lines ---"
# No `%pip` here: a magic inside an `if` is no Python, and the source is read by Python's tools.
TEMPLATE = """\
import os
import sys
from IPython import get_ipython

if "google.colab" in sys.modules:
    address = os.environ.get("LLMAI_EDU_SOURCE", "{address}")
    get_ipython().run_line_magic("pip", f'install -q "llmai-edu @ git+{{address}}"')
"""
BADGE_BEGIN, BADGE_END = "<!-- colab:start -->", "<!-- colab:end -->"


def colab_lines(address: str) -> str:
    """Return the lines with which every first cell begins, from marker to marker."""
    return f"{BEGIN}\n{TEMPLATE.format(address=address)}{END}"


def without_colab_lines(source: str) -> str:
    """Return a cell's own code: what remains when the shared lines are taken out."""
    before, begin, rest = source.partition(BEGIN)
    return before + rest.partition(END)[2].lstrip("\n") if begin and END in rest else source


def colab_url(address: str, folder: str, stem: str) -> str:
    """Return the address at which Colab opens a notebook of the repository.

    >>> colab_url("https://github.com/a/b", "notebooks", "01_tokens")
    'https://colab.research.google.com/github/a/b/blob/main/notebooks/01_tokens.ipynb'
    """
    repository = address.removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{repository}/blob/main/{folder}/{stem}.ipynb"


def badge(address: str, folder: str, stem: str) -> str:
    """Return the Markdown lines of the link to Colab, from marker to marker."""
    return f"{BADGE_BEGIN}\n[**Open in Colab**]({colab_url(address, folder, stem)})\n{BADGE_END}"


def refresh_opening(text: str, root: Path, file: str) -> str:
    """Rewrite the link to Colab and the shared lines of the first cell in a source, or put them in.

    Raises BuildError when the page has no title, or its first code cell is not tagged `setup`.
    """
    address, stem = repository_address(root), Path(file).stem
    # A sheet is opened as the student's copy, which has no answers in it.
    folder = "notebooks" if file.startswith("notebooks/") else "exercises"
    header, segments = split(text)
    cells = [cell_of(segment) for segment in segments]
    first = next((i for i, cell in enumerate(cells) if cell.cell_type == "code"), None)
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        raise BuildError(file, 1, "the first cell is no Markdown title; a page opens with `# Title`; write one")
    if first is None or "setup" not in cells[first].metadata.get("tags", []):
        raise BuildError(file, None, 'the first code cell is not `# %% tags=["setup"]`; tag it; sync fills it in')
    title = _with_badge(cells[0].source, badge(address, folder, stem))
    if title != cells[0].source:
        segments[0] = with_body(segments[0], "\n".join(f"# {line}".rstrip() for line in title.split("\n")))
    setup = f"{colab_lines(address)}\n{without_colab_lines(cells[first].source)}".strip()
    if setup != cells[first].source:
        segments[first] = with_body(segments[first], setup)
    return header + "".join(segments)


def _with_badge(source: str, lines: str) -> str:
    before, begin, rest = source.partition(BADGE_BEGIN)
    if begin and BADGE_END in rest:
        return before + lines + rest.partition(BADGE_END)[2]
    title, _, body = source.partition("\n")
    return f"{title}\n\n{lines}\n\n{body.strip()}".strip()


def opening_faults(text: str, root: Path, file: str) -> list[Fault]:
    """List what is missing in the opening of a page, or differs from the template."""
    try:
        fresh = refresh_opening(text, root, file)
    except BuildError as error:
        return [error.fault]
    segments = split(text)[1]
    message = "the link to Colab or the shared first lines differ from tools/first_cell.py; run sync"
    return [
        Fault(file, number, message)
        for number, old, new in zip(numbers(segments), segments, split(fresh)[1])
        if old != new
    ]
