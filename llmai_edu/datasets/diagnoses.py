"""Diagnosis codes (ICD-10-CM): descriptions to search in, and inclusion terms to ask with."""

import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .fetch import fetch
from .hash_split import Split, split_by_key, unit_hash
from .question import Entry, Question, nearly_equal

__all__ = ["Diagnosis", "ask_terms", "category_entries", "load_diagnoses", "read_diagnoses", "term_questions"]

CODE = re.compile(r"\b[A-Z]\d[\dA-Z]\b")
SHARES = (0.6, 0.15, 0.25)


class Diagnosis(NamedTuple):
    """A code with its description, its inclusion terms, and the number of its chapter."""

    code: str
    text: str
    terms: tuple[str, ...]
    chapter: int

    @property
    def category(self) -> str:
        """The first three characters, the level on which lesson 29 answers."""
        return self.code[:3]


def load_diagnoses() -> list[Diagnosis]:
    """Return all codes in the order of the list, fetched first where necessary.

    Raises DataError when they cannot be had.

    >>> load_diagnoses()[0][:2]  # doctest: +SKIP
    ('A00', 'Cholera')
    """
    return read_diagnoses(fetch("diagnoses") / "simple_icd_10_cm" / "data" / "icd10c-tabular-April-1-2026.xml")


def read_diagnoses(path: Path) -> list[Diagnosis]:
    """Return the codes of a tabular list in the form of the CDC."""
    found = []
    for chapter in ElementTree.parse(path).getroot().iter("chapter"):
        for node in chapter.iter("diag"):
            terms = tuple(note.text.strip() for note in node.findall("inclusionTerm/note"))
            found.append(
                Diagnosis(node.findtext("name"), node.findtext("desc").strip(), terms, int(chapter.findtext("name")))
            )
    return found


def category_entries(diagnoses: Iterable[Diagnosis], length: int = 3) -> list[Entry]:
    """Return the descriptions of all codes of up to `length` characters as entries of their category.

    length: the dot is not counted; 3 gives one entry a category, 4 adds those of the codes below it.

    >>> category_entries([Diagnosis("M54", "Dorsalgia", (), 13), Diagnosis("M54.5", "Low back pain", (), 13)], 4)[1]
    Entry(code='M54', text='Low back pain', source='M54.5')
    """
    return [Entry(one.category, one.text, one.code) for one in diagnoses if len(one.code.replace(".", "")) <= length]


def term_questions(diagnoses: Sequence[Diagnosis]) -> Split[Question]:
    """Return the inclusion terms as questions for a category, in three parts that share no code.

    Kept out: terms that refer to codes, and terms that share at least 0.8 of their content words with a description
    of their own code or category. A term that stands under several codes lies in the part of the first, and
    all their categories are right.
    """
    title = {one.code: one.text for one in diagnoses}
    places: dict[str, list[str]] = defaultdict(list)
    for one in diagnoses:
        for term in one.terms:
            told = (one.text, title.get(one.category, ""))
            if not CODE.search(term) and not any(nearly_equal(term, text) for text in told):
                places[term].append(one.code)
    questions = [
        (codes[0], Question(term, frozenset(code[:3] for code in codes), codes[0])) for term, codes in places.items()
    ]
    parts = split_by_key(questions, key=lambda pair: pair[0], shares=SHARES).parts
    return Split(*(tuple(question for _, question in part) for part in parts))


def ask_terms(questions: Sequence[Question], n: int) -> list[Question]:
    """Return the n questions with the smallest fingerprints: a draw that is the same everywhere, whatever else changes.

    >>> asked = [Question(text, frozenset("A"), "") for text in "abcd"]
    >>> len(ask_terms(asked, 2)), ask_terms(asked, 2) == ask_terms(asked[::-1], 2)
    (2, True)
    """
    return sorted(questions, key=lambda one: unit_hash(one.text))[:n]
