"""The map of lessons: consistent in itself, and every written lesson has all of its files."""

from pathlib import Path

import pytest

from llmai_edu.course.check import exercises
from llmai_edu.course.lessons import (
    LESSONS,
    PARTS,
    SET_UP,
    STAGES,
    Lesson,
    course_map_mermaid,
    course_table,
    lesson,
    lesson_data,
)
from llmai_edu.datasets import DATASETS

ROOT = Path(__file__).parents[2]
WRITTEN = [pytest.param(one, id=one.stem) for one in LESSONS if one.available]


def test_thirty_lessons_in_order():
    assert [one.number for one in LESSONS] == list(range(30))
    assert all(one.stem == f"{one.number:02}_{one.name}" and one.title for one in LESSONS)
    assert len({one.name for one in LESSONS}) == 30
    assert [one.part for one in LESSONS] == sorted(one.part for one in LESSONS)
    assert {one.part for one in LESSONS} == set(range(len(PARTS)))


def test_a_lesson_needs_only_earlier_ones():
    numbers = {one.stem: one.number for one in LESSONS}
    assert all(numbers[stem] < one.number for one in LESSONS for stem in one.needs)


def test_stages_cover_the_course_once():
    assert [number for _, numbers in STAGES for number in numbers] == list(range(30))


def test_what_is_not_written_claims_nothing():
    planned = [one for one in LESSONS if not one.available]
    assert all(not one.modules and not one.exercises and one.seconds is None for one in planned)


@pytest.mark.parametrize("one", WRITTEN)
def test_a_written_lesson_has_its_files(one: Lesson):
    files = [f"notebooks/src/{one.stem}.py", f"notebooks/{one.stem}.ipynb", f"solutions/src/{one.stem}.py"]
    files += [f"solutions/{one.stem}.ipynb", f"exercises/{one.stem}.ipynb", f"tests/mutants/{one.name}.py"]
    files += [f"llmai_edu/course/checks/{one.name}.py"]
    assert [file for file in files if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("one", WRITTEN)
def test_the_modules_of_a_lesson_exist_with_their_tests(one: Lesson):
    paths = [Path(*module.split(".")) for module in one.modules]
    assert paths
    files = {path: ((ROOT / path).with_suffix(".py"), ROOT / path / "__init__.py") for path in paths}
    assert [str(path) for path, either in files.items() if not any(map(Path.is_file, either))] == []
    tests = [ROOT / "tests" / Path(*path.parts[1:-1]) / f"test_{path.name}.py" for path in paths]
    assert [str(test) for test in tests if not test.is_file()] == []


@pytest.mark.parametrize("one", WRITTEN)
def test_a_written_lesson_names_its_exercises_and_its_cost(one: Lesson):
    assert list(one.exercises) == [exercise.id for exercise in exercises(one.name)]
    assert one.exercises
    assert one.minutes
    assert 0 < one.seconds <= 90
    assert 0 < one.memory_mb <= 3000


def test_the_data_of_the_lessons_can_be_fetched():
    assert set(lesson_data()) <= set(DATASETS)
    assert [name for name, dataset in DATASETS.items() if dataset.core] == list(SET_UP)
    assert all(name not in SET_UP for one in LESSONS for name in one.data)


def test_every_sheet_and_notebook_belongs_to_a_lesson():
    stems = {one.stem for one in LESSONS if one.available}
    found = {file.stem for folder in ("notebooks", "solutions") for file in (ROOT / folder / "src").glob("*.py")}
    assert found <= stems


def test_finding_a_lesson():
    assert lesson("02_ngram") is lesson("ngram") is LESSONS[2]
    with pytest.raises(LookupError, match="'02_ngrams'; did you mean '02_ngram'"):
        lesson("02_ngrams")
    with pytest.raises(LookupError, match="see LESSONS"):
        lesson("zzzz")


def test_the_map_shows_every_lesson_once():
    chart = course_map_mermaid()
    assert chart.startswith("flowchart LR\n")
    assert all(chart.count(f"{one.number:02} {one.name}") == 1 for one in LESSONS)
    assert chart.splitlines()[-1].count("-->") == len(STAGES) - 1
    assert chart.count('"') == 2 * len(STAGES)


def test_the_table_links_what_is_written():
    rows = course_table(lambda lesson: f"[{lesson.stem}]").splitlines()
    assert len(rows) == 32
    assert {row.count("|") for row in rows} == {8}
    assert rows[2].endswith(" | [00_start_here] |")
    assert [row.count("](notebooks/") for row in rows[2:]] == [int(one.available) for one in LESSONS]
    assert ["| planned |" in row for row in rows[2:]] == [not one.available for one in LESSONS]
