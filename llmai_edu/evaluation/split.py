"""The ladder's text: the State of the Union addresses, split by year once and for all.

By year, because some years hold near-copies of one address (a spoken and a written one, a summary for the radio).
A year goes to the test split when ``year % 19 == 11`` and to the validation split when ``year % 19 == 0``: spread
evenly over the eras, about 5 % of the bytes each, and out of step with the four-year cycle of terms and elections.
The residues were chosen for even shares of the eras alone. 2026, given after SmolLM2 was trained, is a split of its
own.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from llmai_edu.datasets import Speech, load_speeches

__all__ = ["PARTS", "LadderText", "ladder_text", "part_of_year", "shared_ngrams", "split_speeches"]

PARTS = ("train", "valid", "test", "fresh")
TEST_YEARS = (1797, 1816, 1835, 1854, 1873, 1892, 1911, 1930, 1949, 1968, 1987, 2006)
VALID_YEARS = (1805, 1824, 1843, 1862, 1881, 1900, 1919, 1938, 1957, 1976, 1995, 2014)
FRESH_YEARS = (2026,)

#: sha256 of each part's UTF-8 bytes, documents joined by a blank line. A test holds the text to these.
SHA256 = {
    "train": "82cb7a116b0e707604f7851a5889818f5d95f1a79a56e91a80e66eb08d9861ed",
    "valid": "cddc4b84d49486cf5e53d285f00592a18efa0e921ac01092858c53a73926615d",
    "test": "1bb5ee7b0f5a3e876ea52b18aca8e15a0ea899a386c694b422c69ba037b3100f",
    "fresh": "888d6d77ab0e283fd6ceffd2c2d7f03e4731178654234b19d0ad650f92ca20ad",
}


@dataclass(frozen=True)
class LadderText:
    """The four parts of the corpus, as documents (`*_docs`) and joined by blank lines (`train`, `valid`, ...).

    Models that can, read document by document: a document starts without a context.
    """

    train_docs: tuple[str, ...]
    valid_docs: tuple[str, ...]
    test_docs: tuple[str, ...]
    fresh_docs: tuple[str, ...]

    @cached_property
    def train(self) -> str:
        return "\n\n".join(self.train_docs)

    @cached_property
    def valid(self) -> str:
        return "\n\n".join(self.valid_docs)

    @cached_property
    def test(self) -> str:
        return "\n\n".join(self.test_docs)

    @cached_property
    def fresh(self) -> str:
        return "\n\n".join(self.fresh_docs)

    def doc_bytes(self, part: str) -> list[bytes]:
        """Return the documents of a part ("train", "valid", "test" or "fresh") as UTF-8 bytes."""
        if part not in PARTS:
            raise ValueError(f"part must be one of {', '.join(PARTS)}; got {part!r}")
        return [doc.encode() for doc in getattr(self, f"{part}_docs")]

    def sha256(self, part: str) -> str:
        """Return the sha256 of a part's UTF-8 bytes, documents joined by blank lines."""
        return hashlib.sha256(b"\n\n".join(self.doc_bytes(part))).hexdigest()


def part_of_year(year: int) -> str:
    """Return the part to which all addresses of a year belong.

    >>> part_of_year(1968), part_of_year(1969), part_of_year(2026)
    ('test', 'train', 'fresh')
    """
    years = {"valid": VALID_YEARS, "test": TEST_YEARS, "fresh": FRESH_YEARS}
    return next((part for part in years if year in years[part]), "train")


def split_speeches(speeches: Iterable[Speech]) -> LadderText:
    """Sort speeches into the four parts by their year, keeping their order."""
    docs: dict[str, list[str]] = {part: [] for part in PARTS}
    for speech in speeches:
        docs[part_of_year(speech.year)].append(speech.text)
    return LadderText(*(tuple(docs[part]) for part in PARTS))


def ladder_text() -> LadderText:
    """Return the frozen split of the speeches, on which every language model of the course is measured.

    The text is fetched first if it is not in the cache. Raises DataError when it cannot be had.

    >>> len(ladder_text().test_docs)  # doctest: +SKIP
    12
    """
    return split_speeches(load_speeches())


def shared_ngrams(text: str, other: str, n: int = 8) -> float:
    """Return the share of a text's n-word sequences that also occur in another: a measure of leakage.

    Words are lower-cased letters and digits. 0 for a text of fewer than n words.

    >>> shared_ngrams("We the people, of the", "we, the people of France", n=3)  # 2 of 3
    0.6666666666666666
    """

    def grams(words: list[str]) -> list[int]:  # hashes: a set of two million tuples would take half a gigabyte
        return [hash(tuple(words[i : i + n])) for i in range(len(words) - n + 1)]

    ours, theirs = (grams(re.findall(r"\w+", t.lower())) for t in (text, other))
    known = set(theirs)
    return sum(g in known for g in ours) / len(ours) if ours else 0.0
