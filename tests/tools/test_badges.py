"""The README's badges follow the map of the course."""

from tools.badges import badge_faults, refresh_readme

TARGET = "https://colab.research.google.com/github/ada/course/blob/main/notebooks/01_zipf.ipynb"


def test_the_table_is_written_between_the_markers_only(course):
    assert refresh_readme(course) is True
    text = (course / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# Course\n\n<!-- badges:start -->\n| lesson |")
    assert text.endswith("<!-- badges:end -->\n\nThe end.\n")
    assert f"[![Open Zipf's law in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({TARGET})" in text
    assert "02_later" not in text
    assert refresh_readme(course) is False


def test_a_new_address_or_lesson_makes_it_stale(course, edit):
    refresh_readme(course)
    assert badge_faults(course) == []
    edit(course / "pyproject.toml", "ada/course", "grace/course")
    assert [fault.file for fault in badge_faults(course)] == ["README.md"]


def test_a_readme_without_markers_is_left_alone(course):
    (course / "README.md").write_text("# Course\n", encoding="utf-8")
    assert refresh_readme(course) is False
    assert badge_faults(course) == []
