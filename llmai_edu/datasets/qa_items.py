"""Questions with known answers about Python's reference and this course, and questions that neither of them answers.

They were written for lesson 28 by a language model (Claude) that had read the sources and had not seen the retriever.
To each question belong the words of the source that answer it, and a short answer. Python's reference differs from one
Python to the next, so questions whose words the running one does not have are left out, and counted.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from .errors import DataError
from .hash_split import unit_hash

__all__ = ["QAItem", "QuestionSet", "load_qa_items", "load_unanswerable", "question_set"]

ITEMS = "qa_items.json"
VALID = 0.4  # the share of questions that thresholds and prompts are chosen on


@dataclass(frozen=True)
class QAItem:
    """A question, the words of a source that answer it, and the answer in short.

    source: the article ("python:with") or the lesson ("lesson:13_bert"). A question without an answer in the sources
    has an empty quote, says why in `answer`, and has the source "none:near" (about Python or language models) or
    "none:far".
    """

    question: str
    source: str
    quote: str
    answer: str


@dataclass(frozen=True)
class QuestionSet:
    """Questions for choosing and for measuring; `skipped` have a quote that the sources do not hold."""

    valid: tuple[QAItem, ...]
    test: tuple[QAItem, ...]
    skipped: tuple[QAItem, ...] = ()


def load_qa_items() -> list[QAItem]:
    """The questions that have an answer. Raises DataError when the file is missing.

    >>> all(one.quote for one in load_qa_items())
    True
    """
    return [QAItem(**one) for one in _read("items")]


def load_unanswerable() -> list[QAItem]:
    """The questions that the sources do not answer; many are near to what they do. Raises DataError as above.

    >>> any(one.quote for one in load_unanswerable())
    False
    """
    return [QAItem(one["question"], f"none:{one['kind']}", "", one["why"]) for one in _read("unanswerable")]


def question_set(items: Iterable[QAItem], texts: Iterable[str]) -> QuestionSet:
    """Split questions by a fingerprint of the question, 40 % for choosing, and leave out what the texts do not answer.

    texts: the sources. White space does not count when a quote is looked up.

    >>> item = QAItem("Why do cats purr?", "lesson:pets", "they are happy", "happiness")
    >>> len(question_set([item], ["... when they\\n are happy."]).skipped)
    0
    """
    together = "\n".join(" ".join(text.split()) for text in texts)
    parts: dict[str, list[QAItem]] = {"valid": [], "test": [], "skipped": []}
    for item in items:
        held = " ".join(item.quote.split()) in together
        parts["skipped" if not held else "valid" if unit_hash(item.question) < VALID else "test"].append(item)
    return QuestionSet(**{name: tuple(found) for name, found in parts.items()})


def _read(part: str) -> list[dict[str, str]]:
    source = files(__package__) / ITEMS
    if not source.is_file():
        raise DataError(f"{ITEMS} of the course's package is missing: install the package again")
    return json.loads(source.read_text(encoding="utf-8"))[part]
