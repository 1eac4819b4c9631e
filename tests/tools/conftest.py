"""A course of one lesson, in a temporary repository, on which the tools are tried."""

import shutil
from pathlib import Path

import pytest

from tools import sync

ANSWER = '{"grade": false, "grade_id": "half", "locked": false, "schema_version": 3, "solution": true, "task": false}'
MARKS = (
    '{"grade": true, "grade_id": "test_half", "locked": true, "points": 3, '
    '"schema_version": 3, "solution": false, "task": false}'
)

FILES = {
    "pyproject.toml": '[project.urls]\nRepository = "https://github.com/ada/course"\n',
    "README.md": "# Course\n\n<!-- badges:start -->\n<!-- badges:end -->\n\nThe end.\n",
    "llmai_edu/__init__.py": "",
    "llmai_edu/toy/__init__.py": "from llmai_edu.toy.other import other\nfrom llmai_edu.toy.zipf import Law, slope\n",
    "llmai_edu/toy/other.py": "def other():\n    return 0\n",
    "llmai_edu/toy/zipf.py": '''\
import functools

SCALE = 2


@functools.cache
def slope(rank):
    """Return the slope.

    Of a line.
    """
    return SCALE * rank


class Law:
    """A law."""

    def at(
        self, rank
    ):
        """Return the law's value."""
        return slope(rank) + 1
''',
    "llmai_edu/course/lessons.py": """\
from dataclasses import dataclass


@dataclass
class Lesson:
    stem: str
    title: str
    minutes: int = 5
    seconds: int = 2
    memory_mb: int = 200
    available: bool = True


LESSONS = (Lesson("01_zipf", "Zipf's law"), Lesson("02_later", "Later", available=False))


def course_map_mermaid():
    return "flowchart LR\\n  a --> b"


def course_table(badge):
    rows = [f"| [{one.title}](notebooks/{one.stem}.ipynb) | {badge(one)} |" for one in LESSONS if one.available]
    return "\\n".join(["| lesson | open in Colab |", "|---|---|", *rows])
""",
    "llmai_edu/course/checks/zipf.py": "",
    "tests/mutants/zipf.py": "",
    "notebooks/src/01_zipf.py": """\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Zipf's law
#
# *About 5 minutes to read, 2 seconds to run on two CPU cores, 200 MB. Needs: nothing before it.*
#
# The sheet is [here](../exercises/01_zipf.ipynb).

# %% tags=["setup"]
import functools
import sys

from IPython.display import SVG, display

from llmai_edu.toy import Law

# %% alt="A red square, seen from the front"
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><title>A square</title></svg>"))

# %% quote="llmai_edu.toy.zipf:slope"
pass

# %% [markdown]
# Now it is called.

# %%
SCALE = 2
print(slope(3), Law().at(1))
for percent in (0, 50, 100):
    print(f"\\rtrain: {percent:3}%|####| {percent}/100", end="", file=sys.stderr)

# %%
display(
    {
        "application/vnd.jupyter.widget-view+json": {"model_id": "x", "version_major": 2, "version_minor": 0},
        "text/html": "<b>the static form</b>",
    },
    raw=True,
)
""",
    "solutions/src/01_zipf.py": '''\
# %% [markdown]
# # Exercises: Zipf's law

# %% tags=["setup"]
import math

# %% nbgrader=ANSWER
def half(number):
    """Return half of a number."""
    ### BEGIN SOLUTION
    secret_result = number / 2
    return secret_result
    ### END SOLUTION


# %% nbgrader=MARKS
assert half(4) == 2, "half of four is two"
### BEGIN HIDDEN TESTS
assert math.isclose(half(1), 0.5)
### END HIDDEN TESTS
'''.replace("ANSWER", ANSWER).replace("MARKS", MARKS),
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def course(tmp_path):
    """The repository as its author left it: nothing was built yet."""
    return write(tmp_path / "course", FILES)


@pytest.fixture(scope="session")
def _built(tmp_path_factory):
    root = write(tmp_path_factory.mktemp("built") / "course", FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(root))  # so that the kernel imports this root's package
        assert sync.main([], root) == 0
    return root


@pytest.fixture
def built(_built, tmp_path):
    """The repository after `sync`, in a copy of its own: two notebooks were really executed, once for all tests."""
    return Path(shutil.copytree(_built, tmp_path / "course"))


@pytest.fixture
def edit():
    """Replace one text by another in a file; fails when it is not there."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
