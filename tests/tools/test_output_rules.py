"""House rules for stored outputs."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.output_rules import LARGEST, output_faults
from tools.outputs import WIDGET


def faults(tmp_path, *outputs, count=1, notebook_metadata=None, **metadata):
    cell = new_code_cell("x", outputs=list(outputs), metadata=metadata, execution_count=count)
    book = new_notebook(cells=[cell], metadata=notebook_metadata or {})
    nbformat.write(book, tmp_path / "x.ipynb")
    return [fault.message for fault in output_faults(book, tmp_path / "x.ipynb", "x.ipynb")]


def show(alt=None, **data):
    types = {"plain": "text/plain", "html": "text/html", "png": "image/png", "view": WIDGET}
    metadata = {"image/png": {"alt": alt}} if alt else {}
    return new_output("display_data", data={types[k]: v for k, v in data.items()}, metadata=metadata)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (stream("saved in /home/ada/x"), "machine path"),
        (show(html="<a href='/tmp/x'>x</a>"), "machine path"),
        (new_output("error", ename="E", evalue="", traceback=["File /work/x.py:1"]), "machine path"),
        (stream("Looking in indexes: https://mirror.example.org/simple"), "registry"),
        (stream("\x1b[31mred\x1b[0m"), "ANSI"),
        (show(plain="<Line2D at 0x7f00aabbccdd>"), "memory address"),
        (stream("x.py:1: UserWarning: no\n", "stderr"), "a warning"),
        (show(view={"model_id": "x"}, plain="Slider()"), "a widget only"),
        (show(html="<img src='data:x'>"), "<img> without alternative text"),
        (show(png="aGk="), "shows 1 pictures and has 0 alternative texts"),
    ],
)
def test_a_bad_output_is_refused(tmp_path, output, message):
    (fault,) = faults(tmp_path, output)
    assert message in fault


@pytest.mark.parametrize(
    "output",
    [
        stream("0.93 bits per byte at https://example.org/home/x"),
        stream("train: 100%|##| 2/2 [00:01<00:00, 1.9it/s]\n", "stderr"),
        show(html="<svg aria-label='chips'></svg>"),
        new_output("error", ename="E", evalue="", traceback=["Cell In[1], line 1", "<f at 0x7f00aabbccdd>"]),
    ],
)
def test_a_good_output_passes(tmp_path, output):
    assert faults(tmp_path, output) == []


def test_pictures_need_one_text_each_and_it_must_be_the_stored_one(tmp_path):
    one, two = "A curve that rises all the way", "A curve that falls all the way"
    assert faults(tmp_path, show(png="aGk=", alt=one), alt=one) == []
    assert faults(tmp_path, show(png="aGk=", alt=one), show(png="aGk=", alt=two), alt=[one, two]) == []
    (fault,) = faults(tmp_path, show(png="aGk=", alt=one), show(png="aGk="), alt=[one])
    assert 'write alt="…"' in fault
    (fault,) = faults(tmp_path, show(png="aGk=", alt=one), alt=two)
    assert "is stale" in fault
    (fault,) = faults(tmp_path, stream("x"), alt=one)
    assert "shows no picture" in fault
    (fault,) = faults(tmp_path, show(png="aGk=", alt="A curve"), alt="A curve")
    assert "say in 20 characters or more what the picture shows" in fault


def test_a_cell_that_never_ran_or_never_raised_is_refused(tmp_path):
    (fault,) = faults(tmp_path, count=None)
    assert "execution_count is null" in fault
    (fault,) = faults(tmp_path, tags=["raises-exception"])
    assert "raised nothing" in fault


def test_the_page_as_a_whole(tmp_path):
    (fault,) = faults(tmp_path, notebook_metadata={"widgets": {}})
    assert "metadata.widgets" in fault
    (fault,) = faults(tmp_path, stream("x" * LARGEST))
    assert "KB; the limit is 500 KB" in fault
