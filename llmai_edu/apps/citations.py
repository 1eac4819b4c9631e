"""Citations that hold: a quotation with its source, which cannot be made unless the source has these very words.

Answers that a model writes are cited afterwards: for each sentence the guard looks for the sentence of the sources that
supports it, and where none does, it says so (the task is "attribution"; Rashkin et al. 2021; Gao et al. 2023, "RARR").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.extract import cut_sentences, squeeze
from llmai_edu.apps.retrieval import plain_words

__all__ = ["ENOUGH", "Citation", "Supported", "cite_sentences", "content_words", "marked", "quotes", "support"]

ENOUGH = 0.6  # of a sentence's words must stand in the source's sentence: a convention, not tuned
# Words that say little about what a sentence is about.
SMALL_TEXT = """
a an and are as at be been by can could did do does for from had has have how if in into is it its may no not of on or
so such than that the their them then there these they this to was we were what when where which who why will with
you your
"""
SMALL = frozenset(SMALL_TEXT.split())


def quotes(chunk: Chunk, quote: str) -> bool:
    """Whether a chunk has these words in this order, wherever its lines are broken. An empty quote is none.

    >>> quotes(Chunk("two  words", "x", 0, 10), "two words"), quotes(Chunk("two  words", "x", 0, 10), "words two")
    (True, False)
    """
    return bool(quote.strip()) and squeeze(quote) in squeeze(chunk.text)


@dataclass(frozen=True)
class Citation:
    """One source of an answer: its number in the text, the chunk, and the words of the chunk that are quoted.

    Raises ValueError when the chunk does not have these words, so that no false citation is ever shown.

    >>> print(Citation(1, Chunk("Cats purr.", "Lesson 3: Pets", 0, 10), "Cats purr."))
    [1] Lesson 3: Pets: “Cats purr.”
    """

    number: int
    chunk: Chunk
    quote: str

    def __post_init__(self) -> None:
        if not quotes(self.chunk, self.quote):
            raise ValueError(f"{self.chunk.source} does not have the words {self.quote!r}: nothing false is cited")

    def __str__(self) -> str:
        return f"[{self.number}] {self.chunk.source}: “{self.quote}”"


@dataclass(frozen=True)
class Supported:
    """A sentence of an answer, and the number of the citation that supports it; None where nothing does."""

    text: str
    number: int | None


def content_words(text: str) -> set[str]:
    """The words of a text without the small ones.

    >>> sorted(content_words("The cat is in the box."))
    ['box', 'cat']
    """
    return {word for word in plain_words(text) if word not in SMALL}


def support(sentence: str, quote: str) -> float:
    """Which share of the sentence's content words the quotation has; 0 for a sentence without any.

    It counts words and understands nothing: "cats do not purr" is fully supported by "cats purr".

    >>> support("A cat purrs loudly.", "The cat often purrs.") > 0.6
    True
    """
    words = content_words(sentence)
    return len(words & content_words(quote)) / len(words) if words else 0.0


def cite_sentences(
    answer: str, chunks: Sequence[Chunk], enough: float = ENOUGH
) -> tuple[list[Supported], list[Citation]]:
    """Each sentence of an answer with the citation that supports it, and the citations, numbered as they come.

    Markers such as [2] that the answer brings along are taken out: whoever wrote it may have made them up.

    >>> parts, cited = cite_sentences("Cats purr. Dogs fly.", [Chunk("Cats purr when happy.", "Pets", 0, 21)])
    >>> [part.number for part in parts], cited[0].quote
    ([1, None], 'Cats purr when happy.')
    """
    pool = [one for chunk in chunks for one in cut_sentences(chunk)]
    numbers: dict[tuple[str, str], int] = {}
    parts, cited = [], []
    for sentence in re.split(r"(?<=[.!?])\s+", squeeze(re.sub(r"\s*\[\d+\]", "", answer))):
        best = max(pool, key=lambda one: support(sentence, one.text), default=None)
        if best is None or support(sentence, best.text) < enough:
            parts.append(Supported(sentence, None))
            continue
        key = (best.chunk.source, best.text)
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            cited.append(Citation(numbers[key], best.chunk, best.text))
        parts.append(Supported(sentence, numbers[key]))
    return [part for part in parts if part.text], cited


def marked(parts: Sequence[Supported]) -> str:
    """The answer with its markers, and a warning behind every sentence that has no source.

    >>> marked([Supported("Cats purr.", 1), Supported("Dogs fly.", None)])
    'Cats purr. [1] Dogs fly. [no source]'
    """
    return " ".join(f"{part.text} [{part.number or 'no source'}]" for part in parts)
