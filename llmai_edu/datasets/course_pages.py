"""The prose of lessons 00 to 23, section by section: what a program that answers about the course may cite.

Lessons 00 to 10 come from `course_paragraphs.json`, which lesson 13 searches in, the others from a file of the same
form. Both hold the pages as they stood when the scripts in `benchmarks/` collected them.
"""

import json
from dataclasses import dataclass
from importlib.resources import files

from .course_paragraphs import Paragraph, load_course_paragraphs
from .errors import DataError

__all__ = ["CourseSection", "join_sections", "load_course_pages", "load_course_sections"]

LATER = "course_later_pages.json"


@dataclass(frozen=True)
class CourseSection:
    """The prose under one heading: the stem of the lesson, the heading, and the paragraphs with blank lines between."""

    lesson: str
    heading: str
    text: str


def load_course_pages() -> list[Paragraph]:
    """The paragraphs of lessons 00 to 23, in the order of the pages. Raises DataError when a file is missing.

    >>> load_course_pages()[-1].lesson
    '23_compression'
    """
    source = files(__package__) / LATER
    if not source.is_file():
        raise DataError(f"{LATER} of the course's package is missing: install the package again")
    later = [Paragraph(**one) for one in json.loads(source.read_text(encoding="utf-8"))]
    return [*load_course_paragraphs(), *later]


def load_course_sections() -> list[CourseSection]:
    """The same text, joined under its headings.

    >>> load_course_sections()[0].lesson
    '00_start_here'
    """
    return join_sections(load_course_pages())


def join_sections(paragraphs: list[Paragraph]) -> list[CourseSection]:
    """Join the paragraphs that stand under one heading of one lesson, one after the other.

    >>> two = [Paragraph("01_a", "Cats", "They purr."), Paragraph("01_a", "Cats", "They sleep.")]
    >>> join_sections(two)
    [CourseSection(lesson='01_a', heading='Cats', text='They purr.\\n\\nThey sleep.')]
    """
    joined: dict[tuple[str, str], list[str]] = {}
    for one in paragraphs:
        joined.setdefault((one.lesson, one.heading), []).append(one.text)
    return [CourseSection(lesson, heading, "\n\n".join(texts)) for (lesson, heading), texts in joined.items()]
