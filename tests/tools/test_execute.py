"""Running a notebook in a kernel: what it sees, and how a failure is told."""

import pytest

from tools.execute import execute, kernel_environment
from tools.faults import BuildError
from tools.percent import notebook

PAGE = """\
# %% [markdown]
# # T

# %%
import os
print(os.environ["OMP_NUM_THREADS"], os.path.basename(os.getcwd()))

# %%
def inverse(x):
    return 1 / x

# %% tags=["raises-exception"]
inverse("one")

# %%
inverse(0)
"""


def test_a_failing_cell_is_named_with_its_error(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    book = notebook(PAGE)
    with pytest.raises(BuildError) as error:
        execute(book, folder, "notebooks/src/01_x.py")
    assert str(error.value).startswith("notebooks/src/01_x.py:5: ZeroDivisionError: division by zero (at `inverse(0)`)")
    assert book.cells[1].outputs[0].text == "1 notebooks\n"
    assert book.cells[3].outputs[0].ename == "TypeError"


def test_a_cell_that_hangs_or_dies_is_named(tmp_path):
    page = "# %%\nx = 1\n\n# %%\nimport time\ntime.sleep(60)\n"
    with pytest.raises(BuildError, match=r"^x\.py:2: ran longer than 1 s"):
        execute(notebook(page), tmp_path, "x.py", timeout=1)
    with pytest.raises(BuildError, match=r"^x\.py:2: the kernel died"):
        execute(notebook(page.replace("import time\ntime.sleep(60)", "import os\nos._exit(1)")), tmp_path, "x.py")


def test_the_kernel_does_not_inherit_what_changes_outputs(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("KEPT", "1")
    environment = kernel_environment("profile")
    assert "MPLBACKEND" not in environment
    assert environment["KEPT"] == "1"
