import pickle

from IPython.core.interactiveshell import InteractiveShell

from llmai_edu.datasets import DataError


def test_the_message_is_one_line_whatever_it_was_made_of():
    error = DataError("first\n  second\tthird")
    assert str(error) == "first second third"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # so it crosses process borders


def test_ipython_shows_the_line_and_no_traceback(capsys):
    shell = InteractiveShell()
    shell.run_cell("from llmai_edu.datasets import DataError\nraise DataError('no network: connect')")
    shown = capsys.readouterr()
    assert shown.out.strip() + shown.err.strip() == "DataError: no network: connect"
