"""The text of the course's base model: five sources, cleaned, de-duplicated, and checked against the test.

Speeches, Shakespeare, conversations, and what comes with every Python: its standard library and its language reference.
The last two belong to the running Python, so another version gives slightly other text.
"""

import ast
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from llmai_edu.datasets import load_shakespeare
from llmai_edu.datasets.dialogue import load_dialogue
from llmai_edu.datasets.hash_split import unit_hash
from llmai_edu.datasets.near_duplicates import shared_spans, without_duplicates
from llmai_edu.evaluation import ladder_text

__all__ = ["Document", "Step", "clean_document", "collect", "corpus_card", "prepare", "python_files", "split_sources"]

SHORTEST = 100  # bytes; what is shorter teaches little but how texts end
UNWANTED = {"test", "tests", "idlelib", "lib2to3", "site-packages", "__pycache__", "pydoc_data", "encodings"}


@dataclass(frozen=True)
class Document:
    """One text, and where it comes from."""

    source: str
    name: str
    text: str


@dataclass(frozen=True)
class Step:
    """What a step of the preparation left: documents and bytes for each source."""

    name: str
    left: dict[str, tuple[int, int]]


def collect() -> Iterator[Document]:
    """Every document of every source; of the speeches those of the training years alone.

    Data that are not in the cache are fetched first; raises DataError when they cannot be had.
    """
    for number, text in enumerate(ladder_text().train_docs):
        yield Document("speeches", str(number), text)
    for work in load_shakespeare():
        yield Document("shakespeare", work.title, work.text)
    for number, turns in enumerate(load_dialogue()):
        yield Document("dialogue", str(number), "\n".join(f"- {turn}" for turn in turns))
    yield from python_files(Path(sysconfig.get_paths()["stdlib"]))
    from pydoc_data.topics import topics

    for name, text in sorted(topics.items()):
        yield Document("reference", name, text)


def python_files(folder: Path) -> Iterator[Document]:
    """The Python files under a folder that can be read and parsed, in the order of their names.

    Tests, generated tables and what stands in this corpus otherwise are left out.
    """
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if UNWANTED & set(inside.parts):
            continue
        try:
            text = path.read_text(encoding="utf-8")
            ast.parse(text)
        except (SyntaxError, ValueError, OSError):
            continue
        yield Document("code", inside.as_posix(), text)


def clean_document(text: str) -> str:
    """One kind of line end, no spaces before it, no control characters, at most one empty line in a row.

    >>> clean_document("a  \\r\\n\\n\\n\\n\\tb\\x00\\n")
    'a\\n\\n\\tb\\n'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for line in lines:
        line = "".join(ch for ch in line if ch == "\t" or ch >= " ").rstrip()
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def prepare(documents: Iterable[Document], held_out: str, threshold: float = 0.7) -> tuple[list[Document], list[Step]]:
    """Clean, drop the short ones, near duplicates and what shares thirteen words with the held-out text.

    Returns the documents that stay and, for the data card, what each step left. Raises ValueError for a threshold
    outside (0, 1].
    """
    docs = list(documents)
    steps = [Step("collected", counted(docs))]
    docs = [Document(doc.source, doc.name, clean_document(doc.text)) for doc in docs]
    docs = [doc for doc in docs if len(doc.text.encode()) >= SHORTEST]
    steps.append(Step("cleaned", counted(docs)))
    docs = [docs[place] for place in without_duplicates([doc.text for doc in docs], threshold)]
    steps.append(Step("without near duplicates", counted(docs)))
    docs = without_paragraphs(docs, held_out)
    steps.append(Step("nothing of the held-out text", counted(docs)))
    return docs, steps


def without_paragraphs(docs: list[Document], held_out: str) -> list[Document]:
    """Cut the paragraphs that share thirteen words with the held-out text; texts of which little is left go whole.

    Speeches quote one another: to drop a speech for one such sentence would cost a quarter of them.
    """
    cut = [doc.text.split("\n\n") for doc in docs]
    shared = iter(shared_spans(chain.from_iterable(cut), held_out))
    left = ["\n\n".join(paragraph for paragraph in paragraphs if not next(shared)) for paragraphs in cut]
    texts = (Document(doc.source, doc.name, text) for doc, text in zip(docs, left))
    return [doc for doc in texts if len(doc.text.encode()) >= SHORTEST]


def split_sources(docs: Iterable[Document], share: float = 0.02) -> tuple[list[Document], list[Document]]:
    """Training and validation documents: of each source, texts of at least this share of its bytes are held out.

    Which ones, the fingerprint of the name decides: a text stays on its side when few others come or go.
    """
    by_source: dict[str, list[Document]] = {}
    for doc in docs:
        by_source.setdefault(doc.source, []).append(doc)
    train: list[Document] = []
    valid: list[Document] = []
    for source, members in by_source.items():
        wanted = share * sum(len(doc.text) for doc in members)
        for doc in sorted(members, key=lambda doc: unit_hash(f"{source}/{doc.name}")):
            (valid if wanted > 0 else train).append(doc)
            wanted -= len(doc.text)
    return train, valid


def counted(docs: Iterable[Document]) -> dict[str, tuple[int, int]]:
    """Documents and bytes of each source."""
    left: dict[str, tuple[int, int]] = {}
    for doc in docs:
        number, size = left.get(doc.source, (0, 0))
        left[doc.source] = (number + 1, size + len(doc.text.encode()))
    return left


def corpus_card(steps: list[Step]) -> str:
    """The data card's table: a row for each source, a column for each step.

    >>> print(corpus_card([Step("collected", {"code": (2, 3_000_000)}), Step("cleaned", {"code": (1, 1_000_000)})]))
    | source | collected | cleaned |
    |---|---|---|
    | code | 2 (3.0 MB) | 1 (1.0 MB) |
    """
    rows = [["source", *(step.name for step in steps)], ["---"] * (len(steps) + 1)]
    for source in steps[0].left:
        counts = (step.left.get(source, (0, 0)) for step in steps)
        rows.append([source, *(f"{number:,} ({size / 1e6:.1f} MB)" for number, size in counts)])
    return "\n".join(f"| {' | '.join(row)} |" if row[0] != "---" else f"|{'|'.join(row)}|" for row in rows)
