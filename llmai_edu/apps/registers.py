"""The three registers that lesson 29 searches in: a title and a document for each code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from llmai_edu.datasets.diagnoses import Diagnosis, category_entries, load_diagnoses, term_questions
from llmai_edu.datasets.licences import TEMPLATES, load_licences
from llmai_edu.datasets.merchants import load_merchants
from llmai_edu.datasets.question import Question

__all__ = ["DOMAINS", "Register", "diagnosis_register", "licence_title", "load_register"]

DOMAINS = ("medicine", "finance", "law")
UNTITLED = {  # their texts begin with a copyright line and the first sentence, or with the sentence
    "0BSD": "BSD Zero Clause License",
    "OFL-1.1": "SIL Open Font License 1.1",
    "UPL-1.0": "Universal Permissive License 1.0",
    "Unlicense": "The Unlicense",
}


@dataclass(frozen=True)
class Register:
    """Codes with their titles, the texts that each is known by, and whose list it is.

    texts: for each code one or more texts. Equal places of the tuples belong together. sources: where the codes come
    from several places, each code's own; empty where all are from `source`.
    """

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    source: str
    sources: tuple[str, ...] = ()

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
        shops = load_merchants()["visa"]
        codes, titles = zip(*((one.code, one.text) for one in shops))
        return Register(codes, titles, tuple((title,) for title in titles), "Visa's list of merchant category codes")
    if domain == "law":
        licences = load_licences()
        return Register(
            tuple(licences),
            tuple(licence_title(name, text) for name, text in licences.items()),
            tuple((text,) for text in licences.values()),
            "the licence's own text",
            tuple("lice2 0.13.0" if name in TEMPLATES else "choosealicense.com" for name in licences),
        )
    raise ValueError(f"there are the domains {', '.join(DOMAINS)}, not {domain!r}")


def licence_title(name: str, text: str) -> str:
    """Return a licence's title: the first lines of its text, but for the few whose text has none.

    >>> licence_title("X", "Copyright (c) [year]\\n\\nX License\\n\\nDo as you like.")
    'X License'
    """
    if name in UNTITLED:
        return UNTITLED[name]
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Copyright")]
    if lines[0].startswith("Creative Commons"):  # the next line says which
        return f"Creative Commons {lines[1]}"
    return lines[0]
