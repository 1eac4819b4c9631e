import io
import subprocess
import sys

import pytest

from llmai_edu import cli, datasets
from llmai_edu.apps.terminal import TerminalApp


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert all(command in printed for command in ("lab", "doctor", "data", "progress", "app", "translation"))


def test_unknown_option_is_refused_for_every_command_but_lab(capsys):
    with pytest.raises(SystemExit):
        cli.main(["doctor", "--fast"])
    assert "unknown arguments: --fast" in capsys.readouterr().err


def test_data_error_is_one_line_and_exit_status_1(capsys):
    assert cli.main(["data", "card", "speech"]) == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "speeches" in printed  # the near match


def test_data_list_names_every_data_set_and_its_licence(capsys):
    assert cli.main(["data", "list"]) == 0
    printed = capsys.readouterr().out
    for name, dataset in datasets.DATASETS.items():
        assert name in printed
        assert dataset.licence.split(";")[0].split(",")[0].split()[0] in printed


def test_lab_in_a_folder_without_the_course_says_what_to_do(tmp_path, capsys):
    assert cli.main(["lab", "--folder", str(tmp_path)]) == 1
    assert "--folder" in capsys.readouterr().err


def test_lab_hands_its_options_on_and_binds_to_this_machine(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text("{}")
    seen = {}

    def run(command, cwd, check):
        seen.update(command=command, cwd=cwd)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(cli.subprocess, "run", run)
    assert cli.main(["lab", "--folder", str(tmp_path), "--no-browser"]) == 0
    assert seen["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--ServerApp.ip=127.0.0.1" in seen["command"]
    assert seen["command"][-1] == "--no-browser"
    assert seen["cwd"] == tmp_path


def test_lab_without_jupyterlab_gives_a_command_that_cmd_exe_understands(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text("{}")
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["lab", "--folder", str(tmp_path)]) == 1
    assert 'pip install -c constraints.txt -e ".[lab]"' in capsys.readouterr().err


def test_app_answers_one_question(monkeypatch, capsys):
    monkeypatch.setattr(cli, "open_app", lambda name: TerminalApp("Hi.", lambda line: iter([name, " ", line]), "x"))
    assert cli.main(["app", "support", "Where is my card?"]) == 0
    assert capsys.readouterr().out == "support Where is my card?\n"


def test_app_talks_until_the_input_ends(monkeypatch, capsys):
    monkeypatch.setattr(cli, "open_app", lambda name: TerminalApp("Hi.", lambda line: iter([line, "!"]), "x"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\ntwo\n"))
    assert cli.main(["app", "support"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Hi.")
    assert "one!" in printed
    assert "two!" in printed


@pytest.mark.parametrize("error", [datasets.DataError("no network:\nconnect"), ValueError("no network:\nconnect")])
def test_what_goes_wrong_in_an_app_is_one_line_and_exit_status_1(error, monkeypatch, capsys):
    def open_app(name):
        raise error

    monkeypatch.setattr(cli, "open_app", open_app)
    assert cli.main(["app", "support", "Where?"]) == 1
    assert capsys.readouterr() == ("", "llmai-edu: no network: connect\n")


def test_an_unknown_app_is_one_line_with_the_near_match(capsys):
    assert cli.main(["app", "suport"]) == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "did you mean support?" in printed


def test_a_pipe_of_few_characters_breaks_no_command(monkeypatch):
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")  # as on Windows; it has no tick
    monkeypatch.setattr(sys, "stdout", pipe)
    monkeypatch.setattr("llmai_edu.course.progress.progress_table", lambda: "✓ ready")
    assert cli.main(["progress"]) == 0
    pipe.flush()
    assert pipe.buffer.getvalue().split() == [b"?", b"ready"]
