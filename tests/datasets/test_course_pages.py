"""The pages of the course as sources: all lessons that were collected, and no paragraph lost in the joining."""

import pytest

from llmai_edu.course.lessons import LESSONS
from llmai_edu.datasets import DataError, course_pages
from llmai_edu.datasets.course_pages import join_sections, load_course_pages, load_course_sections
from llmai_edu.datasets.course_paragraphs import Paragraph


def test_lessons_0_to_23_are_there():
    lessons = dict.fromkeys(one.lesson for one in load_course_pages())
    assert list(lessons) == [one.stem for one in LESSONS[:24]]


def test_sections_hold_every_paragraph():
    sections = {(one.lesson, one.heading): one.text.split("\n\n") for one in load_course_sections()}
    for one in load_course_pages():
        assert one.text in sections[one.lesson, one.heading]
    assert sum(map(len, sections.values())) == len(load_course_pages())


def test_the_same_heading_of_two_lessons_stays_apart():
    found = join_sections([Paragraph("01_a", "Cats", "One."), Paragraph("02_b", "Cats", "Two.")])
    assert [one.text for one in found] == ["One.", "Two."]


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(course_pages, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=r"course_later_pages\.json .* is missing: install"):
        load_course_pages()
