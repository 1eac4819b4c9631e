"""House rules for the text of a page: headings, pictures, links, and nothing that belongs to one machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from tools.faults import Fault

# A path on somebody's machine; `https://host/home/x` and `../tmp` are none.
MACHINE_PATH = re.compile(r"(?<![\w.:/~>-])/(?:home|tmp|root|work|Users|mnt|opt|usr|var)/\w|\b[A-Z]:\\\w")
HOST = re.compile(r"\b(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|anaconda\.org)\b")
REGISTRY = re.compile(rf"{HOST.pattern}|://\S+/simple\b")
PROCESS = re.compile(r"\b(?:TODO|FIXME)\b")
SET_UP = re.compile(r"\bsys\.path\b|\bchdir\(|^\s*%cd\b", flags=re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", flags=re.MULTILINE | re.DOTALL)
MATHS = re.compile(r"\$[^$\n]+\$")
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(\s*<?([^)\s>]+)[^)]*\)")
# `[text][label]` and `[label]: target`; `a[i][j]` and two citations, `[1][2]`, are none.
REFERENCE = re.compile(r"(?<![\w\]\\])\[(?!\d+\]\[\d)([^\]\n]+)\]\[([^\]\n]*)\]")
DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]+)\]:[ \t]*<?([^\s>]+)", flags=re.MULTILINE)
SHORTEST_ALT = 20  # characters: "A plot" or "Loss curve" says nothing to somebody who does not see it


def text_faults(book: NotebookNode, file: str, root: Path, folder: str) -> list[Fault]:
    """List the broken rules in the sources of a page that will stand in `folder`."""
    faults = [] if _headings(book) == [1] else [Fault(file, None, _heading_message(book))]
    for number, cell in enumerate(book.cells, 1):
        rules = [
            *foreign(cell.source),
            *(_markdown(cell.source, root / folder) if cell.cell_type == "markdown" else ()),
        ]
        if cell.cell_type == "code" and SET_UP.search(cell.source):
            rules.append("changes sys.path or the working directory; an installed package needs neither; take it out")
        faults += [Fault(file, number, message) for message in rules]
    return faults


def foreign(text: str, registry: re.Pattern[str] = REGISTRY) -> Iterator[str]:
    """Yield what a text names that no page may name: machine paths, registry hosts, marks of unfinished work.

    >>> list(foreign("see /home/ada/x"))
    ['names the machine path `/home/a`; a page is read on other machines; name it relatively']
    """
    if match := MACHINE_PATH.search(text):
        yield f"names the machine path `{match[0]}`; a page is read on other machines; name it relatively"
    if match := registry.search(text):
        yield f"names the registry `{match[0]}`; readers use their own; name the package instead"
    if match := PROCESS.search(text):
        yield f"says {match[0]}; a page has no marks of unfinished work; finish it or take it out"


def _headings(book: NotebookNode) -> list[int]:
    """The numbers of the cells that hold a level-1 heading, one entry a heading."""
    prose = ((i, FENCE.sub("", c.source)) for i, c in enumerate(book.cells, 1) if c.cell_type == "markdown")
    return [i for i, text in prose for _ in re.findall(r"^# ", text, flags=re.MULTILINE)]


def _heading_message(book: NotebookNode) -> str:
    return f"has level-1 headings in cells {_headings(book)}; one is expected, in cell 1; use ## for the others"


def _prose(source: str) -> str:
    """Markdown without its code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", source))


def _markdown(source: str, folder: Path) -> Iterator[str]:
    prose = _prose(source)
    for alt in re.findall(r"!\[([^\]]*)\][(\[]", prose):
        if not alt.strip():
            yield "has a picture without alternative text; write ![what it shows](…)"
        else:
            yield from alt_faults(alt)
    yield from _html(prose)
    yield from link_faults(source, folder)


def link_faults(source: str, folder: Path) -> Iterator[str]:
    """Yield the links of a Markdown text that lead nowhere: to no file below `folder`, or to no label of the text."""
    prose = MATHS.sub("", _prose(source))
    labels = dict(DEFINITION.findall(prose))
    for link in [*LINK.findall(prose), *labels.values()]:
        path = link.split("#")[0]
        if path and not re.match(r"[a-z][a-z0-9+.-]*:", link) and not (folder / path).exists():
            yield f"links to {link}, which is not there; correct the link (it starts from {folder.name}/)"
    known = {label.casefold() for label in labels}
    for text, label in REFERENCE.findall(prose):
        if (label or text).casefold() not in known:
            yield f"has the link [{text}][{label}], but no line `[{label or text}]: …`; add it, or write [text](target)"


def alt_faults(alt: str) -> Iterator[str]:
    """Yield what is wrong with an alternative text.

    >>> list(alt_faults("A rising curve that levels off")), len(list(alt_faults("A plot")))
    ([], 1)
    """
    if len(alt.strip()) < SHORTEST_ALT:
        yield f"has the alternative text {alt!r}; say in {SHORTEST_ALT} characters or more what the picture shows"


def _html(text: str) -> Iterator[str]:
    for tag in re.findall(r"<img\b[^>]*>", text):
        if not (alt := re.search(r"""\balt\s*=\s*(["'])(?!\1)(.*?)\1""", tag)):
            yield 'has an <img> without alternative text; add alt="what it shows"'
        else:
            yield from alt_faults(alt[2])
    for tag, body in re.findall(r"(<svg\b[^>]*>)(.*?)</svg>", text, flags=re.DOTALL):
        if "aria-label" not in tag and "aria-hidden" not in tag and "<title" not in body:
            yield "has an <svg> without alternative text; give it an aria-label or a <title>"


html_faults = _html
