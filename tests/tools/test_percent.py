"""Percent sources as segments and as notebooks."""

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.faults import BuildError
from tools.percent import dumps, load, notebook, numbers, split, with_body

SOURCE = '# %% [markdown]\n# # T\n\n# %% tags=["setup"]\nx = 1\n\n# %%\nx = 1\n\n# %%\nx = 1\n'


@given(st.text("# %m\nx=", max_size=60))
def test_the_segments_together_are_the_text(text):
    header, segments = split(text)
    assert header + "".join(segments) == text


def test_cells_are_those_of_jupytext():
    ours, theirs = notebook(SOURCE).cells, jupytext.reads(SOURCE, fmt="py:percent").cells
    assert [(c.cell_type, c.source) for c in ours] == [(c.cell_type, c.source) for c in theirs]
    assert ours[1].metadata["tags"] == ["setup"]


def test_a_magic_is_a_magic_in_the_notebook():
    assert notebook("# %%\n# %pip list\n").cells[0].source == "%pip list"


def test_ids_are_unique_stay_and_ignore_a_new_cell():
    before, after = notebook(SOURCE), notebook(SOURCE.replace("# %% tags", "# %%\nnew = 2\n\n# %% tags"))
    ids = [cell.id for cell in before.cells]
    assert len(set(ids)) == len(ids)
    assert set(ids) < {cell.id for cell in after.cells}
    assert dumps(before) == dumps(notebook(SOURCE))


def test_a_definition_gets_two_blank_lines_after_it():
    assert with_body("# %% quote=\nx\n", "def f():\n    pass") == "# %% quote=\ndef f():\n    pass\n\n\n"
    assert with_body("# %%\nx\n", "y = 1") == "# %%\ny = 1\n\n"


def test_a_broken_notebook_is_named(tmp_path):
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(BuildError, match=r"^x\.ipynb: not a valid notebook .*; run sync"):
        load(tmp_path / "x.ipynb", tmp_path)


def test_a_figure_is_followed_by_its_words():
    book = notebook('# %% [markdown]\n# Hi\n\n# %% alt="Two bars, the left one higher"\nplt.show()\n\n# %%\nx = 1\n')
    assert [cell.cell_type for cell in book.cells] == ["markdown", "code", "markdown", "code"]
    assert "<details>" in book.cells[2].source
    assert "\n\nTwo bars, the left one higher\n\n" in book.cells[2].source


def test_two_figures_of_one_cell_have_their_words_together():
    book = notebook('# %% alt=["One", "Two"]\nplt.show()\n')
    assert "One\n\nTwo" in book.cells[1].source


def test_words_are_plain_text_whatever_they_hold():
    book = notebook('# %% alt="Costs of $5 and $6, a_b_c, <b> and [x](y)"\nplt.show()\n')
    assert r"Costs of \$5 and \$6, a\_b\_c, \<b> and \[x\](y)" in book.cells[1].source


def test_a_markdown_cell_or_an_empty_text_gets_no_words():
    assert len(notebook('# %% [markdown] alt="A curve"\n# Hi\n\n# %% alt=""\nx = 1\n').cells) == 2


def test_a_segment_has_the_number_of_its_cell_in_the_notebook():
    text = '# %%\na = 1\n\n# %% alt="Two bars"\nplt.show()\n\n# %%\nb = 1\n'
    segments, cells = split(text)[1], notebook(text).cells
    assert [cells[number - 1].source for number in numbers(segments)] == ["a = 1", "plt.show()", "b = 1"]
