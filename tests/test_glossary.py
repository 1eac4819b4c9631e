"""The glossary: every row complete, no term twice, and the lesson that a row names uses the term."""

import re
from pathlib import Path

import pytest

from llmai_edu.course.lessons import LESSONS

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()[7:]
]


def test_every_row_is_complete_and_no_term_comes_twice():
    assert len(ROWS) > 50
    assert all(len(row) == 4 and all(row) for row in ROWS)
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_lesson_named_uses_the_term(row):
    term, chinese, _, number = row
    lesson = LESSONS[int(number)]
    assert re.search(r"[\u4e00-\u9fff]", chinese) or term in chinese
    if lesson.available:
        page = (ROOT / "notebooks" / "src" / f"{lesson.stem}.py").read_text(encoding="utf-8")
        prose = re.sub(r"[\s#*]+", " ", page).lower()
        assert term.lower() in prose, f"{lesson.stem} does not use {term!r}"
