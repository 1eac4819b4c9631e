"""Chunks: pieces of a long text that are short enough to embed and long enough to answer, and know whence they came."""

import re
from dataclasses import dataclass

__all__ = ["Chunk", "split_text"]

PARAGRAPH = re.compile(r"\n\s*\n")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Chunk:
    """A piece of a text: `text` is `original[start:end]`, and `source` names the original, so that it can be cited.

    start, end: places in characters. Raises ValueError when they do not fit the text's length.

    >>> Chunk("world", "greeting.txt", 6, 11).text
    'world'
    """

    text: str
    source: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.text):
            raise ValueError(f"a text of {len(self.text)} characters cannot lie at {self.start} to {self.end}")


def split_text(text: str, source: str, *, size: int = 600, overlap: int = 100) -> list[Chunk]:
    """Cut a text into chunks of at most `size` characters, best at the end of a paragraph, else of a sentence or word.

    A chunk begins up to `overlap` characters before the end of the one before it, at a sentence or a word, so that
    what stands across a cut is whole in one of the two. Chunks begin and end on a character that is not blank, and
    every such character of the text lies in one. Raises ValueError for a size below 1 or an overlap above half of it.

    >>> [chunk.text for chunk in split_text("One two. Three four. Five.", "count", size=16, overlap=0)]
    ['One two.', 'Three four.', 'Five.']
    """
    if size < 1 or not 0 <= overlap <= size // 2:
        raise ValueError(f"size must be at least 1 and overlap 0 to half of it, got size={size}, overlap={overlap}")
    chunks: list[Chunk] = []
    start, last = 0, len(text.rstrip())
    while start < last:
        start += len(text[start:last]) - len(text[start:last].lstrip()) if text[start].isspace() else 0
        end = _end(text, start, min(start + size, last), last)
        piece = text[start:end].rstrip()
        chunks.append(Chunk(piece, source, start, start + len(piece)))
        start = _next_start(text, end, overlap) if end < last else last
    return chunks


def _end(text: str, start: int, limit: int, last: int) -> int:
    """Where a chunk ends: the last good place in the second half of the room that it has."""
    if limit == last:
        return last
    half = start + (limit - start) // 2
    for pattern in (PARAGRAPH, SENTENCE, SPACE):
        if ends := [found.end() for found in pattern.finditer(text, half, limit)]:
            return ends[-1]
    return limit


def _next_start(text: str, end: int, overlap: int) -> int:
    """Where the next chunk begins: the first sentence, else the first word, of the last `overlap` characters."""
    for pattern in (SENTENCE, SPACE):
        starts = [found.end() for found in pattern.finditer(text, end - overlap, end) if found.end() < end]
        if starts:
            return starts[0]
    return end - overlap
