import io
import subprocess
import sys

import pytest

from llmai_edu import cli, datasets


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert all(command in printed for command in ("lab", "doctor", "data", "progress"))


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


def test_a_pipe_of_few_characters_breaks_no_command(monkeypatch):
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")  # as on Windows; it has no tick
    monkeypatch.setattr(sys, "stdout", pipe)
    monkeypatch.setattr("llmai_edu.course.progress.progress_table", lambda: "✓ ready")
    assert cli.main(["progress"]) == 0
    pipe.flush()
    assert pipe.buffer.getvalue().split() == [b"?", b"ready"]
