"""The questions of lesson 29: for each domain what is asked on validation and test, and what should be refused."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from llmai_edu.apps.licence_questions import licence_questions
from llmai_edu.datasets.diagnoses import ask_terms, load_diagnoses, term_questions
from llmai_edu.datasets.hash_split import split_by_key, unit_hash
from llmai_edu.datasets.licences import load_licences
from llmai_edu.datasets.merchants import load_merchants, merchant_questions
from llmai_edu.datasets.question import Question
from llmai_edu.evaluation.split import ladder_text

__all__ = ["complaints", "domain_questions", "foreign_sorts", "foreign_texts"]

TERMS = {"valid": 300, "test": 500}
HALVES = (0.0, 0.4, 0.6)
STRANGE = 60  # foreign texts of a kind


@cache
def _written() -> dict:
    return json.loads((files(__package__) / "recorded" / "complaints.json").read_text(encoding="utf-8"))


def complaints(part: str) -> list[Question]:
    """Return complaints in lay words with all categories that their writer accepts. part: "valid" or "test".

    A language model wrote them that never saw the finder; two fifths, drawn by their hash, are for validation.

    >>> len(complaints("valid")) + len(complaints("test")) >= 150
    True
    """
    asked = [Question(one["text"], frozenset(one["codes"]), "complaint") for one in _written()["items"]]
    return list(getattr(split_by_key(asked, key=lambda one: one.text, shares=HALVES), part))


def domain_questions(domain: str, part: str) -> list[Question]:
    """Return the questions with known answers of a domain and a part, "valid" or "test", that its register is asked.

    medicine: inclusion terms, 300 and 500 drawn by their hash. finance: other networks' descriptions. law: changed
    copies. Raises ValueError for another domain.
    """
    return list(_asked(domain, part))


@cache
def _asked(domain: str, part: str) -> tuple[Question, ...]:
    if domain == "medicine":
        return tuple(ask_terms(getattr(term_questions(load_diagnoses()), part), TERMS[part]))
    if domain == "finance":
        return getattr(merchant_questions(load_merchants()), part)
    if domain == "law":
        return tuple(licence_questions(load_licences(), part))
    raise ValueError(f"there are the domains medicine, finance and law, not {domain!r}")


def foreign_texts(domain: str, part: str) -> list[str]:
    """Return texts that a finder of this domain should refuse: other subjects, the same in no part.

    They are those of `foreign_sorts`, one sort after the other.
    """
    return [text for texts in foreign_sorts(domain, part).values() for text in texts]


def foreign_sorts(domain: str, part: str) -> dict[str, list[str]]:
    """Return the texts that a finder of this domain should refuse, by their sort.

    medicine: questions in lay words that are not about health (written as the complaints were), descriptions of shops,
    sentences of speeches. finance: inclusion terms of diagnoses, and sentences of speeches. law: paragraphs of
    speeches, and descriptions of diagnoses strung together.
    """
    speeches = _speech_paragraphs(part)
    sentences = [re.split(r"(?<=[.!?])\s", text)[0] for text in speeches]
    short = [one for one in sentences if 5 <= len(one.split()) <= 25][:STRANGE]
    if domain == "medicine":
        strange = split_by_key(_written()["not_medical"], key=str, shares=HALVES)
        shops = [one.text for one in domain_questions("finance", part)]
        return {"lay words": list(getattr(strange, part)), "shops": _drawn(shops), "speeches": short}
    terms = [one.text for one in domain_questions("medicine", part)]
    if domain == "finance":
        return {"diagnoses": _drawn(terms), "speeches": short}
    lists = [". ".join(terms[i : i + 8]) for i in range(0, 240, 8)]
    return {"speeches": [one for one in speeches if len(one.split()) >= 60][:STRANGE], "diagnoses": lists}


def _drawn(texts: Sequence[str]) -> list[str]:
    return sorted(texts, key=unit_hash)[:STRANGE]


@cache
def _speech_paragraphs(part: str) -> list[str]:
    """Paragraphs of speeches in an order that depends on their text alone."""
    found = {text.strip() for text in getattr(ladder_text(), part).split("\n\n") if len(text.split()) >= 8}
    return sorted(found, key=unit_hash)
