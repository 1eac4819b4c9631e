"""The questions of lesson 28: enough of them, with quotations that stand in the sources, split without an overlap."""

import sys

import pytest

from llmai_edu.datasets import DataError, qa_items
from llmai_edu.datasets.course_pages import load_course_sections
from llmai_edu.datasets.python_reference import load_python_reference
from llmai_edu.datasets.qa_items import QAItem, load_qa_items, load_unanswerable, question_set


@pytest.fixture(scope="module")
def texts():
    return [one.text for one in (*load_python_reference(), *load_course_sections())]


def test_there_are_enough():
    items, unanswerable = load_qa_items(), load_unanswerable()
    assert len({one.question for one in (*items, *unanswerable)}) == len(items) + len(unanswerable) == 182 + 64
    assert sum(one.source.startswith("python:") for one in items) == 130
    assert sum(one.source == "none:near" for one in unanswerable) == 33
    assert all(one.quote and one.answer for one in items)
    assert not any(one.quote for one in unanswerable)


def test_nearly_all_quotations_are_in_the_running_sources(texts):
    found = question_set(load_qa_items(), texts)
    assert len(found.valid) + len(found.test) + len(found.skipped) == 182
    assert len(found.skipped) <= {(3, 11): 0, (3, 12): 1}.get(sys.version_info[:2], 20)


def test_the_split(texts):
    found = question_set(load_qa_items(), texts)
    assert not {one.question for one in found.valid} & {one.question for one in found.test}
    assert 60 <= len(found.valid) < 80 < 95 <= len(found.test)


def test_a_quotation_that_is_not_there_is_skipped():
    here, gone = QAItem("a?", "x", "two  words", "b"), QAItem("c?", "x", "words two", "d")
    found = question_set([here, gone], ["these two\nwords"])
    assert found.skipped == (gone,)
    assert found.valid + found.test == (here,)


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(qa_items, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=r"qa_items\.json .* is missing: install"):
        load_qa_items()
