"""The chart of the course in a lesson follows the map of lessons."""

import pytest

from tools.build import refresh_source
from tools.course_map import BEGIN, END, map_faults
from tools.faults import BuildError
from tools.layout import ROOT, sources

LESSON = "notebooks/src/01_zipf.py"
MARKED = f"# Now it is called.\n#\n# {BEGIN}\n# {END}\n#\n# And on."


@pytest.fixture
def marked(course, edit):
    edit(course / LESSON, "# Now it is called.", MARKED)
    return course


def test_sync_fills_in_the_chart_between_the_markers_only(marked):
    text = refresh_source(marked / LESSON, marked)
    expected = ["# ```mermaid", "# flowchart LR", "#   a --> b", "# ```"]
    assert "\n".join([f"# {BEGIN}", *expected, f"# {END}", "#", "# And on."]) in text
    assert refresh_source(marked / LESSON, marked) == text
    assert map_faults(text, marked, LESSON) == []


def test_a_map_that_changed_makes_it_stale(marked, edit):
    refresh_source(marked / LESSON, marked)
    edit(marked / "llmai_edu/course/lessons.py", "a --> b", "a --> c")
    (fault,) = map_faults((marked / LESSON).read_text(encoding="utf-8"), marked, LESSON)
    assert str(fault).startswith(f"{LESSON}:6: the chart differs")
    assert "#   a --> c" in refresh_source(marked / LESSON, marked)


@pytest.mark.parametrize(
    "broken",
    [f"# {BEGIN}", f"# {END}", f"# {END}\n#\n# {BEGIN}", f"# {BEGIN}\n# {END}\n# {BEGIN}\n# {END}", f"x {BEGIN} {END}"],
)
def test_markers_that_do_not_fit_are_refused(course, edit, broken):
    edit(course / LESSON, "# Now it is called.", broken)
    with pytest.raises(BuildError, match=rf"^{LESSON}:6: needs {BEGIN} and"):
        refresh_source(course / LESSON, course)


def test_a_page_without_markers_needs_no_map(course):
    (course / "llmai_edu/course/lessons.py").unlink()
    assert map_faults((course / LESSON).read_text(encoding="utf-8"), course, LESSON) == []


def test_the_first_lesson_has_the_chart():
    assert BEGIN in sources(ROOT, "notebooks")[0].read_text(encoding="utf-8")
