import pytest

from llmai_edu.apps.code import HOLE, LONGEST, CodeHelper, open_app
from llmai_edu.apps.mutate import code_lines

TEXT = "def f(a, b):\n    c = a + b\n    return c\n"


@pytest.fixture(scope="module")
def helper():
    return CodeHelper.load()


def test_one_gap_and_several_are_filled_alike(helper):
    gaps = [("def f(self):\n    ", "\n"), ("x = [1, 2]\nfor i in ", ":\n    print(i)\n")]
    alone = [helper.complete(*gap).split("\n")[0].strip() for gap in gaps]
    assert helper.complete_many(gaps) == alone
    assert len(helper.writer[1].encode(alone[0])) <= LONGEST


def test_a_long_text_is_shortened(helper):
    assert isinstance(helper.complete("x = 1\n" * 500, "\ny = 2\n" * 500), str)
    assert helper.continue_many(["x = 1\n" * 500])[0] is not None


def test_the_review_names_every_line_of_code(helper):
    found = helper.review(TEXT)
    assert sorted(line.number for line in found) == code_lines(TEXT)
    assert [line.score for line in found] == sorted((line.score for line in found), reverse=True)
    assert {line.text for line in found} == {"    c = a + b", "    return c"}


def test_a_sentence_needs_the_large_model(helper):
    with pytest.raises(ValueError, match="large=True"):
        helper.docstring(TEXT)


def test_the_terminal():
    app = open_app()
    assert "".join(app.answer(app.example))
    assert "Mark the gap" in "".join(app.answer("no gap"))
    assert HOLE in app.greeting
