"""A conversation in the terminal, typed by the test."""

import sys
import types

import pytest

from llmai_edu.apps.terminal import APPS, TerminalApp, open_app, run_terminal


def shout(line):
    yield line.upper()
    if line == "break":
        raise ValueError("too long")
    yield "!"


APP = TerminalApp("I shout.", shout, "hello")


def talk(*lines, app=APP):
    """What is written when these lines are typed; an exception is raised instead of a line."""
    typed, written, prompts = list(lines), [], []

    def read(prompt):
        prompts.append(prompt)
        line = typed.pop(0)
        if isinstance(line, str):
            return line
        raise line

    run_terminal(app, read=read, write=written.append)
    assert not typed
    return written, prompts


def test_a_conversation_ends_at_an_empty_line():
    written, prompts = talk("hello", "you", "  ")
    assert written[0].startswith("I shout.\nFor example: hello\n")
    assert written[1:] == ["HELLO", "!", "\n", "YOU", "!", "\n"]  # piece by piece
    assert prompts == ["> "] * 3


@pytest.mark.parametrize("end", [EOFError(), KeyboardInterrupt()])
def test_a_conversation_ends_at_ctrl_d_and_ctrl_c(end):
    written, _ = talk("hello", end)
    assert written[1:] == ["HELLO", "!", "\n", "\n"]


def test_ctrl_c_ends_an_answer_too():
    def endless(line):
        yield "a"
        raise KeyboardInterrupt

    written, _ = talk("go", app=TerminalApp("Hi.", endless, "go"))
    assert written[1:] == ["a", "\n"]


def test_an_error_is_a_line_and_the_conversation_goes_on():
    written, _ = talk("break", "on", "")
    assert written[1:] == ["BREAK", "\nValueError: too long\n", "ON", "!", "\n"]


def test_one_question_is_answered_without_a_greeting(capsys):
    run_terminal(APP, "hello", read=lambda prompt: pytest.fail("asked"))
    assert capsys.readouterr().out == "HELLO!\n"
    with pytest.raises(ValueError, match="too long"):
        run_terminal(APP, "break", write=lambda piece: None)


def test_pieces_are_flushed_as_they_come(monkeypatch):
    events = []
    stream = types.SimpleNamespace(write=events.append, flush=lambda: events.append("flush"))
    monkeypatch.setattr(sys, "stdout", stream)
    run_terminal(APP, "hi")
    assert [event for event in events if event] == ["HI", "flush", "!", "flush", "\n", "flush"]


def test_an_app_is_opened_by_its_name(monkeypatch):
    module = types.ModuleType("llmai_edu.apps.qa")
    module.open_app = lambda: APP
    monkeypatch.setitem(sys.modules, "llmai_edu.apps.qa", module)
    assert open_app("qa") is APP


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(ValueError, match="'Translate'; did you mean translation"):
        open_app("Translate")
    with pytest.raises(ValueError, match=r"'chess'\. There are: support, writing") as error:
        open_app("chess")
    assert all(name in str(error.value) for name in APPS)


def test_an_app_that_is_not_there_says_so_and_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr("llmai_edu.apps.terminal.APPS", ("future",))
    with pytest.raises(ValueError, match="'future' is not in this version"):
        open_app("future")

    def import_module(name):
        raise ModuleNotFoundError("No module named 'bm25s'", name="bm25s")

    monkeypatch.setattr("llmai_edu.apps.terminal.importlib.import_module", import_module)
    with pytest.raises(ModuleNotFoundError, match="bm25s"):
        open_app("future")
