"""Shakespeare's Sonnets, one by one, as lines."""

import re

from .shakespeare import load_shakespeare

__all__ = ["load_sonnets", "read_sonnets"]

_HEADING = re.compile(r"^\s*[IVXLC]+\.?\s*$", re.MULTILINE)


def load_sonnets() -> list[list[str]]:
    """Return the 154 sonnets in their order, each a list of its lines without indentation.

    152 have 14 lines, number 99 has 15 and number 126 has 12. Raises DataError when they cannot be had.

    >>> load_sonnets()[17][0]  # doctest: +SKIP
    "Shall I compare thee to a summer's day?"
    """
    return read_sonnets(next(work.text for work in load_shakespeare() if work.title == "Sonnets"))


def read_sonnets(text: str) -> list[list[str]]:
    """Return the poems of a text in which each stands below its Roman number.

    >>> read_sonnets("I\\n\\nFrom fairest\\n  That thereby\\n\\nII\\n\\nWhen forty\\n")
    [['From fairest', 'That thereby'], ['When forty']]
    """
    poems = [[line.strip() for line in block.splitlines() if line.strip()] for block in _HEADING.split(text)]
    return [poem for poem in poems if poem]
