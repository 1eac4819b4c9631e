"""The paragraphs of the course's own pages: a small library to search in, with questions whose answers are known.

The pages are not installed with the package, so their text comes along as data: lessons 00 to 10 as they stood when
`benchmarks/record_paragraphs.py` collected them. The questions were written by hand, and before any search was tried.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from safetensors import SafetensorError, safe_open

from .errors import DataError

PARAGRAPHS, VECTORS, QUESTIONS = (
    "course_paragraphs.json",
    "course_paragraphs.safetensors",
    "course_questions.json",
)


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: the stem of its lesson, such as "02_ngram", the heading that it stands under, and its text."""

    lesson: str
    heading: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question in everyday words, and the stem of the lesson that answers it."""

    text: str
    lesson: str


def load_course_paragraphs() -> list[Paragraph]:
    """The paragraphs of lessons 00 to 10, in the order of the pages. Raises DataError when the file is missing.

    >>> load_course_paragraphs()[0].lesson
    '00_start_here'
    """
    return [Paragraph(**one) for one in _read(PARAGRAPHS)]


def load_course_questions() -> list[Question]:
    """Four questions for each of these lessons. Raises DataError when the file is missing.

    >>> load_course_questions()[0].lesson
    '00_start_here'
    """
    return [Question(**one) for one in _read(QUESTIONS)]


def load_paragraph_vectors() -> np.ndarray:
    """MiniLM's vector of each paragraph, recorded in half precision: (N, 384) float32, of length 1 to 0.001.

    Raises DataError when the file is missing, or was made from other paragraphs than the package has.

    >>> load_paragraph_vectors().shape == (len(load_course_paragraphs()), 384)
    True
    """
    path = files(__package__) / VECTORS
    try:
        with safe_open(str(path), "numpy") as file:
            recorded, vectors = (file.metadata() or {}).get("texts"), file.get_tensor("vectors")
    except (OSError, SafetensorError) as error:
        raise DataError(f"{VECTORS} of the course's package cannot be read ({error}): install it again") from None
    if recorded != digest([one.text for one in load_course_paragraphs()]):
        raise DataError(f"{VECTORS} belongs to other paragraphs: run python -m benchmarks.record_paragraphs")
    return vectors.astype(np.float32)


def digest(texts: list[str]) -> str:
    """A fingerprint of the texts in their order."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _read(name: str) -> list[dict[str, str]]:
    source = files(__package__) / name
    if not source.is_file():
        raise DataError(f"{name} of the course's package is missing: install the package again")
    return json.loads(source.read_text(encoding="utf-8"))
