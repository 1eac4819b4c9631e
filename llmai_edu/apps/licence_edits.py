"""Changed copies of a licence, made by a program with a seed: what lesson 29 asks its licence finder about."""

import re
import textwrap
from collections.abc import Sequence

import numpy as np

__all__ = ["KINDS", "alter_words", "edit_licence", "paragraphs"]

KINDS = ("filled", "rewrapped", "clause deleted", "clause inserted", "words altered", "excerpt")

# What validation copies are made with, and what test copies are made with: no name, clause or word is in both.
NAMES = {
    "valid": ("Ada Lovelace", "Example Systems GmbH", "The Frobnicate Developers", "Wei Zhang"),
    "test": ("Grace Hopper", "Initech LLC", "Contributors of libquux", "María Pérez", "Northwind Traders Ltd."),
}
CLAUSES = {
    "valid": (
        "The Software shall be used for good, and for nothing else.",
        "Whoever distributes more than one thousand copies tells the authors by letter.",
        "Nothing in this text limits the rights that the law of the user's country grants.",
    ),
    "test": (
        "Use in weapons, or in the planning of their use, is forbidden.",
        "Any publication that relies on results obtained with this work must cite it.",
        "The court of the licensor's seat alone decides on disputes out of this agreement.",
        "Service providers with a yearly turnover above one million need a separate agreement.",
    ),
}
WORDS = {
    "valid": ("teapot", "granted", "meadow", "herein", "party", "seven", "purple", "thereof", "holder", "window"),
    "test": ("lantern", "provided", "river", "hereby", "person", "nine", "crimson", "whereas", "owner", "garden"),
}


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text: what stands between blank lines, without the margins.

    >>> paragraphs("One.\\n\\n  Two,\\n  still two.\\n")
    ['One.', 'Two,\\n  still two.']
    """
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def alter_words(text: str, share: float, rng: np.random.Generator, others: Sequence[str]) -> str:
    """Replace a share of the words of a text by words drawn from `others`; spaces and line ends stay.

    >>> alter_words("a b c d", 0.5, np.random.default_rng(0), ["x"]).count("x")
    2
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is a number from 0 to 1, got {share}")
    pieces = re.split(r"(\s+)", text)
    places = [i for i, piece in enumerate(pieces) if piece.strip()]
    for place in rng.choice(places, round(share * len(places)), replace=False) if places else ():
        pieces[place] = str(rng.choice(others))
    return "".join(pieces)


def edit_licence(text: str, kind: str, rng: np.random.Generator, part: str = "test") -> str:
    """Return a changed copy of a licence.

    kind: "filled" puts a year and a name where they are left open (or before the text, if nowhere); "rewrapped" sets
    it in lines of another length; "clause deleted" and "clause inserted" take out or put in one paragraph; "words
    altered" replaces two fifths of the words; "excerpt" keeps one paragraph, of at least twelve words if there is
    one. part: "valid" or "test", whose names, clauses and words differ. Raises ValueError for another kind.

    >>> edit_licence("Copyright (c) [year] [fullname]", "filled", np.random.default_rng(0))
    'Copyright (c) 2015 Northwind Traders Ltd.'
    """
    parts = paragraphs(text)
    if kind == "filled":
        name, year = str(rng.choice(NAMES[part])), str(rng.integers(1998, 2025))
        filled = re.sub(r"\[fullname\]", name, re.sub(r"\[year\]", year, text))
        return filled if filled != text else f"Copyright {year} {name}\n\n{text}"
    if kind == "rewrapped":
        width = int(rng.integers(40, 100))
        return "\n\n".join(textwrap.fill(" ".join(one.split()), width) for one in parts)
    if kind == "clause deleted":
        gone = int(rng.integers(1, len(parts))) if len(parts) > 1 else 0
        return "\n\n".join(one for i, one in enumerate(parts) if i != gone or len(parts) == 1)
    if kind == "clause inserted":
        place = int(rng.integers(1, len(parts) + 1))
        return "\n\n".join([*parts[:place], str(rng.choice(CLAUSES[part])), *parts[place:]])
    if kind == "words altered":
        return alter_words(text, 0.4, rng, WORDS[part])
    if kind == "excerpt":
        long = [one for one in parts if len(one.split()) >= 12] or parts
        return long[rng.integers(len(long))]
    raise ValueError(f"there are the kinds {', '.join(KINDS)}, not {kind!r}")
