"""Pairs of an English text and its translation, and how to split them so that a test is one."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .hash_split import Split, split_by_key

LANGUAGES = ("fr", "de", "es", "zh")


@dataclass(frozen=True)
class Pair:
    """An English text and its translation. origin: the emoji that it names, or the catalogue that it comes from."""

    english: str
    foreign: str
    origin: str


def check_language(language: str) -> str:
    """Return `language` if there are pairs in it; raises ValueError if not.

    >>> check_language("fr")
    'fr'
    """
    if language not in LANGUAGES:
        raise ValueError(f"there are translations into {', '.join(LANGUAGES)}, not {language!r}")
    return language


def normalize_english(text: str) -> str:
    """Return the words of a text in one form: without case, punctuation, spacing and compatibility characters.

    Texts that are equal by it count as the same source sentence. A text without a letter or digit stays as it is.

    >>> normalize_english("Save  File…"), normalize_english("save file"), normalize_english("...")
    ('save file', 'save file', '...')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", folded)) or text.strip()


def split_pairs(pairs: Iterable[Pair], shares: Sequence[float] = (0.8, 0.1, 0.1)) -> Split[Pair]:
    """Split pairs by their normalized English, so that no test source was seen in training.

    The same English lands in the same part in every language and every data set, on every machine: nothing leaks when
    several are trained on together. Raises ValueError unless the three shares sum to 1.

    >>> pairs = [Pair("Save file", "Enregistrer", "a"), Pair("save file…", "Sauver", "b")]
    >>> [len(part) for part in split_pairs(pairs).parts]
    [2, 0, 0]
    """
    return split_by_key(pairs, key=lambda pair: normalize_english(pair.english), shares=shares)
