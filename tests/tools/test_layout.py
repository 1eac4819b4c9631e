"""Where things are, and writing that never leaves half a file."""

import os

import pytest

from tools.faults import BuildError
from tools.layout import chosen, course_map, repository_address, write_atomically


def test_the_address_is_pyprojects(course):
    assert repository_address(course) == "https://github.com/ada/course"


def test_a_missing_address_says_what_to_add(course):
    (course / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"project\.urls.*add it"):
        repository_address(course)


def test_the_map_lists_only_written_lessons(course):
    assert list(course_map(course)) == ["01_zipf"]


@pytest.mark.parametrize("stems", [["01_zipf"], ["zipf"], []])
def test_a_lesson_is_chosen_by_either_name(course, stems):
    assert [path.parent.parent.name for path in chosen(course, stems)] == ["notebooks", "solutions"]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "page.txt"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == ["old"]


def test_the_same_text_is_not_written_again(tmp_path):
    path = tmp_path / "page.txt"
    assert write_atomically(path, "x") is True
    assert write_atomically(path, "x") is False
