"""Pieces of long texts at random: so many characters from somewhere, or one whole sentence."""

import re

import numpy as np

__all__ = ["random_excerpt", "random_sentence"]


def random_excerpt(text: str, rng: np.random.Generator, length: int = 1000) -> str:
    """Return up to `length` characters from a random place of a text, from the first whole word on.

    Raises ValueError for a text without any space in the piece that was drawn.

    >>> random_excerpt("so many words", np.random.default_rng(0), length=20)
    'many words'
    """
    begin = int(rng.integers(0, max(1, len(text) - length)))
    rest = text[begin : begin + length].partition(" ")[2]
    if not rest:
        raise ValueError(f"found no second word in {text[begin : begin + length]!r}: give a longer text")
    return rest


def random_sentence(text: str, rng: np.random.Generator, shortest: int = 10, longest: int = 40) -> str:
    """Return one of a text's sentences of `shortest` to `longest` words, each with the same chance.

    A sentence ends with a full stop or a question mark and white space. Raises ValueError when there is none.

    >>> random_sentence("Yes. Is it so? It is not.", np.random.default_rng(0), shortest=3, longest=3)
    'It is not.'
    """
    fitting = [s for s in re.split(r"(?<=[.?])\s+", text) if shortest <= len(s.split()) <= longest]
    if not fitting:
        raise ValueError(f"found no sentence of {shortest} to {longest} words: give another text")
    return str(rng.choice(fitting))
