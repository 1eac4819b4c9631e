"""Whose error it is: told by where the innermost own line stands, tried without a checker around it."""

import json

import pytest

from llmai_edu.course.blame import blame
from llmai_edu.course.expect import CheckFailed, Run, current_run


@pytest.fixture(autouse=True)
def _run():
    token = current_run.set(Run("mix", call=((1,), {}), result="ab"))
    yield
    current_run.reset(token)


def caught(function):
    """The error of a call, with the traceback from the function on, as if the library had called it."""
    try:
        function()
    except Exception as error:
        return error.with_traceback(error.__traceback__.tb_next)
    raise AssertionError("nothing was raised")


def test_a_refusal_stays_and_loses_its_way():
    refused = CheckFailed("swapped")
    assert blame(refused) is refused
    assert refused.__traceback__ is None


def test_an_own_error_keeps_the_own_lines_and_what_they_called():
    def own():
        return json.loads("{")

    error = caught(own)
    shown = blame(error)
    assert shown is error
    assert shown.__traceback__.tb_frame.f_code.co_name == "own"
    assert shown.__traceback__.tb_next.tb_frame.f_code.co_name == "loads"


def test_an_error_that_is_not_the_learners_becomes_a_refusal():
    error = caught(lambda: json.loads("{"))
    error.__traceback__ = error.__traceback__.tb_next  # only json's own frames
    shown = blame(error)
    assert str(shown).splitlines() == [
        "mix: the check could not work with what your function returned (JSONDecodeError: "
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1))",
        "    got       'ab'",
        "    on        mix(1)",
    ]
    assert shown.__cause__ is error


def test_a_blank_stays_itself_and_is_shown_in_one_line():
    def blank():
        raise NotImplementedError("write this function first")

    error = caught(blank)
    assert blame(error) is error
    assert str(error) == "write this function first"
    assert len(error._render_traceback_()) == 1
