"""A question with its right answers, and an entry of a register: what the three domains of lesson 29 share."""

import re
from typing import NamedTuple

__all__ = ["Entry", "Question", "content_words", "nearly_equal"]

EMPTY = {"nos", "nec", "unspecified", "other", "specified", "of", "the", "and", "or", "a", "an", "with", "due", "to"}
EMPTY |= {"not", "elsewhere", "classified", "for", "in", "by", "s", "stores", "services", "shops", "store", "shop"}


class Entry(NamedTuple):
    """One line of a register: a code, and one of its descriptions."""

    code: str
    text: str
    source: str


class Question(NamedTuple):
    """A text, the codes that are right for it, and where it comes from."""

    text: str
    answers: frozenset[str]
    source: str


def content_words(text: str) -> frozenset[str]:
    """Return the different words of a text without those that say nothing in a register.

    >>> sorted(content_words("Other Shoe Stores, NOS"))
    ['shoe']
    """
    return frozenset(re.findall(r"[a-z0-9]+", text.lower())) - EMPTY


def nearly_equal(one: str, other: str, limit: float = 0.8) -> bool:
    """Whether two texts share at least `limit` of their content words (the shared among all of both).

    >>> nearly_equal("Pain in unspecified limb", "Pain in limb NOS"), nearly_equal("Back pain", "Pain in limb")
    (True, False)
    """
    a, b = content_words(one), content_words(other)
    return a == b or len(a & b) >= limit * len(a | b)
