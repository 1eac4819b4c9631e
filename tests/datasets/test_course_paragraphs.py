"""The recorded paragraphs: of every lesson that was collected, whole, without marks; the vectors belong to them."""

import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from benchmarks.record_paragraphs import markdown_cells, paragraphs_of, plain
from llmai_edu.course.lessons import LESSONS
from llmai_edu.datasets import DataError, course_paragraphs
from llmai_edu.datasets.course_paragraphs import (
    load_course_paragraphs,
    load_course_questions,
    load_paragraph_vectors,
)

COLLECTED = [one.stem for one in LESSONS[:11]]


def test_no_lesson_is_missing():
    paragraphs = load_course_paragraphs()
    counts = Counter(one.lesson for one in paragraphs)
    assert list(counts) == COLLECTED
    assert min(counts.values()) >= 20
    size = (files("llmai_edu.datasets") / "course_paragraphs.json").stat().st_size
    assert size < 600_000


def test_paragraphs_are_prose():
    for one in load_course_paragraphs():
        assert len(one.text) >= 80
        assert one.heading
        assert not re.search(r"\]\(|^#|\n", one.text)


def test_every_lesson_has_four_questions():
    questions = load_course_questions()
    assert Counter(one.lesson for one in questions) == dict.fromkeys(COLLECTED, 4)
    assert len({one.text for one in questions}) == 44


def test_vectors_belong_to_the_paragraphs():
    vectors = load_paragraph_vectors()
    assert vectors.shape == (len(load_course_paragraphs()), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_other_paragraphs_and_missing_files_are_refused(tmp_path, monkeypatch):
    source = Path(str(files("llmai_edu.datasets")))
    monkeypatch.setattr(course_paragraphs, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=r"course_paragraphs\.json .* is missing: install"):
        load_course_paragraphs()
    (tmp_path / "course_paragraphs.json").write_text(
        json.dumps([{"lesson": "a", "heading": "b", "text": "c"}]), encoding="utf-8"
    )
    with pytest.raises(DataError, match="cannot be read"):
        load_paragraph_vectors()
    (tmp_path / course_paragraphs.VECTORS).write_bytes((source / course_paragraphs.VECTORS).read_bytes())
    with pytest.raises(DataError, match="belongs to other paragraphs"):
        load_paragraph_vectors()


def test_a_page_by_hand():
    long = "word " * 20
    page = f"# %% [markdown]\n# # Title\n#\n# {long}\n#\n# short\n# %%\nx = 1\n"
    page += f"# %% [markdown]\n# ## Next\n#\n# {long}*so*."
    assert len(markdown_cells(page)) == 2
    found = paragraphs_of("99_x", page)
    assert [one["heading"] for one in found] == ["Title", "Next"]
    assert found[1]["text"] == long + "so."
    assert plain("see [lesson 3](x.ipynb), `code` and **bold** [4], $x$") == "see lesson 3, code and bold, x"
