"""House rules for the code of a page."""

from types import SimpleNamespace

import pytest

from tools.code_rules import about_faults, code_faults, code_lines
from tools.first_cell import colab_lines
from tools.percent import notebook

ABOUT = "*About 15 minutes to read, 30 seconds to run on two CPU cores, 1.5 GB. Needs: nothing.*"


def page(*cells):
    return notebook("".join(f"# %%{cell}\n\n" for cell in cells))


def lines(count):
    return "\n" + "\n".join(f"x{i} = {i}" for i in range(count))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([lines(31)] + [lines(1)] * 2, "31 lines of code; the limit is 30"),
        ([lines(1)] * 61, "61 code cells; the limit is 60"),
        ([lines(9)], "the median code cell has 9 lines; the limit is 8"),
        (["\nplot();"], "ends with `;`"),
        ([' tags=["raises-exception"]\nf()', "\nx = 1"], "nothing asserts that it does"),
    ],
)
def test_bad_code_is_refused(cells, message):
    (fault,) = code_faults(page(*cells), "page.py", lesson=True)
    assert message in str(fault)


@pytest.mark.parametrize(
    "cells",
    [
        [lines(30), lines(8), lines(8)],
        [lines(1)] * 60,
        [' tags=["raises-exception"]\nf()', "\nassert failed"],
    ],
)
def test_good_code_passes(cells):
    assert code_faults(page(*cells), "page.py", lesson=True) == []


def test_a_sheet_may_have_longer_cells_on_the_median():
    assert code_faults(page(lines(20)), "page.py", lesson=False) == []
    assert len(code_faults(page(lines(31)), "page.py", lesson=False)) == 1


def test_docstrings_blank_and_shared_lines_are_not_counted():
    source = (
        'class A:\n    """One.\n\n    Two.\n    """\n\n    def f(self):\n        """Three."""\n        return "four"\n'
    )
    assert code_lines(source) == 3
    assert code_lines(f"{colab_lines('https://x')}\nimport numpy") == 1
    assert code_lines("%matplotlib inline\nx = 1") == 2


@pytest.mark.parametrize(
    "line",
    [ABOUT, ABOUT.replace("1.5 GB", "1500 MB")],
)
def test_the_cost_of_a_lesson_is_the_maps(line):
    book = notebook(f"# %% [markdown]\n# # T\n#\n# {line}\n")
    lesson = SimpleNamespace(minutes=15, seconds=30, memory_mb=1500)
    assert about_faults(book, "page.py", lesson) == []
    (fault,) = about_faults(book, "page.py", SimpleNamespace(minutes=20, seconds=30, memory_mb=1500))
    assert "20 minutes, 30 seconds, 1500 MB" in str(fault)


@pytest.mark.parametrize(
    "line", ["Text.", ABOUT.replace("Needs: ", ""), ABOUT.replace("1.5 GB", ""), "*About a while.*"]
)
def test_a_lesson_that_does_not_say_its_cost_is_refused(line):
    (fault,) = about_faults(notebook(f"# %% [markdown]\n# # T\n#\n# {line}\n"), "page.py")
    assert "add a line such as `*About" in str(fault)
