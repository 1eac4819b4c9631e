"""The three registers that lesson 29 searches in: a title and a document for each code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from llmai_edu.datasets.diagnoses import Diagnosis, category_entries, load_diagnoses, term_questions
from llmai_edu.datasets.licences import load_licences
from llmai_edu.datasets.merchants import load_merchants
from llmai_edu.datasets.question import Entry, Question

__all__ = ["DOMAINS", "Register", "diagnosis_register", "load_register"]

DOMAINS = ("medicine", "finance", "law")


@dataclass(frozen=True)
class Register:
    """Codes with their titles, the texts that each is known by, and whose list it is.

    texts: for each code one or more texts. Equal places of the three tuples belong together.
    """

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    source: str

    @property
    def documents(self) -> list[str]:
        """All texts of each code as one.

        >>> Register(("A",), ("a cat",), (("a cat", "a kitten"),), "").documents
        ['a cat ; a kitten']
        """
        return [" ; ".join(texts) for texts in self.texts]


def diagnosis_register(diagnoses: Sequence[Diagnosis], terms: Sequence[Question] = ()) -> Register:
    """Return the categories, each with its description, those of the codes of four characters below it, and `terms`.

    terms: questions of the training part; each lends its text to its categories.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    titles = {}
    for entry in category_entries(diagnoses, 4):
        titles.setdefault(entry.code, entry.text)
        texts[entry.code].append(entry.text)
    for term in terms:
        for code in sorted(term.answers):
            texts[code].append(term.text)
    return Register(
        tuple(titles),
        tuple(titles.values()),
        tuple(tuple(texts[code]) for code in titles),
        "ICD-10-CM, April 2026",
    )


@cache
def load_register(domain: str) -> Register:
    """Return the register of "medicine", "finance" or "law"; the data are fetched first where necessary.

    Raises ValueError for another domain, DataError when the data cannot be had.
    """
    if domain == "medicine":
        diagnoses = load_diagnoses()
        return diagnosis_register(diagnoses, term_questions(diagnoses).train)
    if domain == "finance":
        return _plain_register(load_merchants()["visa"], "Visa's list of merchant category codes")
    if domain == "law":
        texts = [Entry(name, text, "") for name, text in load_licences().items()]
        return _plain_register(texts, "the licence's own text")
    raise ValueError(f"there are the domains {', '.join(DOMAINS)}, not {domain!r}")


def _plain_register(entries: Sequence[Entry], source: str) -> Register:
    """One text a code; a title is its first line that says something."""
    titles = [next(line.strip() for line in one.text.splitlines() if line.strip()) for one in entries]
    return Register(tuple(one.code for one in entries), tuple(titles), tuple((one.text,) for one in entries), source)
