"""A notebook's inputs: its code, the modules that it reaches, and nothing else."""

import pytest

from tools.fingerprint import inputs_digest, outputs_digest, reach
from tools.percent import notebook

PAGE = "# %% [markdown]\n# # T\n\n# %%\nfrom llmai_edu.toy import slope\n\nopen('../benchmarks/speed.json')\n"


def names(root, *step):
    return {path.relative_to(root).as_posix() for path in reach(root, *step)}


def test_a_re_exported_name_reaches_its_own_module_only(course):
    files = names(course, "llmai_edu.toy", ("slope",))
    assert files == {"llmai_edu/__init__.py", "llmai_edu/toy/__init__.py", "llmai_edu/toy/zipf.py"}


@pytest.mark.parametrize(
    "step", [("llmai_edu.toy",), ("llmai_edu", ("toy",)), ("llmai_edu.toy", ("unknown",)), ("llmai_edu.user",)]
)
def test_a_whole_room_reaches_all_of_it(course, step):
    (course / "llmai_edu/user.py").write_text("def f():\n    from llmai_edu import toy\n", encoding="utf-8")
    assert {"llmai_edu/toy/zipf.py", "llmai_edu/toy/other.py"} < names(course, *step)


def test_relative_imports_and_circles_are_followed(course, edit):
    edit(course / "llmai_edu/toy/zipf.py", "import functools", "import functools\nfrom .other import other")
    (course / "llmai_edu/toy/other.py").write_text("from . import zipf\n", encoding="utf-8")
    assert "llmai_edu/toy/other.py" in names(course, "llmai_edu.toy.zipf")


@pytest.mark.parametrize(
    ("file", "text", "changes"),
    [
        ("llmai_edu/toy/zipf.py", "SCALE = 3\n", True),
        ("llmai_edu/toy/data.json", "[1]", True),
        ("llmai_edu/toy/weights/w.bin", "1", True),
        ("benchmarks/speed.json", "[2]", True),
        ("llmai_edu/toy/other.py", "x = 1\n", False),
        ("llmai_edu/course/progress.py", "x = 1\n", False),
        ("benchmarks/other.json", "[2]", False),
    ],
)
def test_the_digest_changes_with_what_is_reached(course, file, text, changes):
    (course / "benchmarks").mkdir()
    (course / "benchmarks/speed.json").write_text("[1]", encoding="utf-8")
    before = inputs_digest(notebook(PAGE), course, "notebooks")
    (course / file).parent.mkdir(exist_ok=True)
    (course / file).write_text(text, encoding="utf-8")
    assert (inputs_digest(notebook(PAGE), course, "notebooks") != before) is changes


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("# # T", "# # Another title", False),
        ("speed.json", "speed2.json", True),
        ("# %%\nfrom", '# %% tags=["raises-exception"]\nfrom', True),
        ("# %%\nfrom", '# %% alt="A picture"\nfrom', False),
    ],
)
def test_prose_is_no_input_and_code_is(course, old, new, changes):
    pages = [notebook(text) for text in (PAGE, PAGE.replace(old, new))]
    first, second = (inputs_digest(page, course, "notebooks") for page in pages)
    assert (first != second) is changes


def test_outputs_and_counters_are_hashed():
    page = notebook(PAGE)
    before = outputs_digest(page)
    page.cells[1].execution_count = 1
    assert outputs_digest(page) != before
