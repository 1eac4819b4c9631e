"""Executed outputs made fit to be stored."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.outputs import WIDGET, tidy

VIEW = {"model_id": "x"}


def tidied(tmp_path, *outputs, **metadata):
    book = new_notebook(cells=[new_code_cell("x", outputs=list(outputs), metadata=metadata)])
    tidy(book, tmp_path)
    nbformat.validate(book)
    return book.cells[0].outputs


def display(**data):
    return new_output(
        "display_data", data={{"view": WIDGET, "html": "text/html", "png": "image/png"}[k]: v for k, v in data.items()}
    )


@pytest.mark.parametrize("form", [{"html": "<b>x</b>"}, {"png": "aGk="}])
def test_a_live_view_gives_way_to_the_static_form_in_its_bundle(tmp_path, form):
    (output,) = tidied(tmp_path, display(view=VIEW, **form))
    assert WIDGET not in output.data
    assert len(output.data) == 1


def test_a_live_view_gives_way_to_a_picture_beside_it(tmp_path):
    outputs = tidied(tmp_path, display(view=VIEW), display(png="aGk="))
    assert [list(output.data) for output in outputs] == [["image/png"]]


def test_a_live_view_that_is_alone_stays_for_check_to_refuse(tmp_path):
    assert WIDGET in tidied(tmp_path, display(view=VIEW))[0].data


def test_a_finished_progress_bar_widget_is_dropped(tmp_path):
    bar = new_output("display_data", data={WIDGET: VIEW, "text/plain": "train:   0%|          | 0/3"})
    assert tidied(tmp_path, bar) == []


def test_only_the_last_state_of_a_bar_is_kept(tmp_path):
    text = "a:  0%|  | 0/2\ra: 50%|# | 1/2\na: 100%|##| 2/2\nb: 100%|##| 9/9\nplain\n"
    (output,) = tidied(tmp_path, new_output("stream", name="stderr", text=text))
    assert output.text == "a: 100%|##| 2/2\nb: 100%|##| 9/9\nplain\n"


def test_a_traceback_is_plain_and_names_no_folder_of_this_machine(tmp_path):
    lines = [
        f"\x1b[31mFile {tmp_path}/llmai_edu/x.py:3\x1b[0m",
        "File /a/env/lib/python3.11/site-packages/torch/nn.py:1",
    ]
    lines.append("File /a/lib/python3.11/json/decoder.py:2")
    (output,) = tidied(tmp_path, new_output("error", ename="E", evalue="v", traceback=lines))
    assert output.traceback == ["File llmai_edu/x.py:3", "File torch/nn.py:1", "File json/decoder.py:2"]


def test_pictures_get_their_alternative_texts_in_order(tmp_path):
    outputs = tidied(tmp_path, display(png="aGk="), display(html="x"), display(png="aGk="), alt=["one", "two"])
    assert [o.metadata.get("image/png", {}).get("alt") for o in outputs] == ["one", None, "two"]


def test_nbconvert_writes_the_alternative_text(tmp_path):
    nbconvert = pytest.importorskip("nbconvert")
    book = new_notebook(cells=[new_code_cell("x", outputs=[display(png="aGk=")], metadata={"alt": "A rising curve"})])
    tidy(book, tmp_path)
    del book.cells[0].metadata["alt"]  # so that it can only come from the output
    assert 'alt="A rising curve"' in nbconvert.HTMLExporter(template_name="classic").from_notebook_node(book)[0]
