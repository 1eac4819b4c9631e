"""Stemming: cutting endings off, so that a search for "connected" finds "connections"."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any


@cache
def _stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer  # slow to import, and needed by few

    return PorterStemmer()


@lru_cache(maxsize=2**16)
def stem(word: str) -> str:
    """The Porter stem of an English word, in small letters; it need not be a word itself.

    NLTK's implementation with its small corrections (Porter 1980, "An algorithm for suffix stripping"). It knows
    only spelling: "universe" and "university" fall together, "ran" and "run" do not.

    >>> stem("connections"), stem("connected"), stem("university")
    ('connect', 'connect', 'univers')
    """
    return _stemmer().stem(word)


def stem_words(words: Iterable[str]) -> list[str]:
    """The stem of each word.

    >>> stem_words(["Relational", "ponies"])
    ['relat', 'poni']
    """
    return [stem(word) for word in words]
