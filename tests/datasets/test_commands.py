import pytest

from llmai_edu.datasets import DATASETS, commands, fetch


@pytest.fixture
def only_tiny(tiny, monkeypatch):
    monkeypatch.setattr(commands, "DATASETS", {"tiny": tiny})
    return tiny


def test_list_says_what_is_there(only_tiny, capsys, clean_settings):
    assert commands.list_command() == 0
    assert " ".join(capsys.readouterr().out.splitlines()[2].split()) == "tiny no yes 0.0 MB A tiny set CC0"
    fetch("tiny", progress=False)
    commands.list_command()
    out = capsys.readouterr().out
    assert out.splitlines()[2].split()[:2] == ["tiny", "yes"]
    assert str(clean_settings) in out


def test_fetch_without_names_brings_the_core_sets(only_tiny, capsys):
    assert commands.fetch_command() == 0
    assert "tiny is in " in capsys.readouterr().out
    assert commands.verify_command() == 0
    assert capsys.readouterr().out == "tiny: 2 files as they were fetched\n"


def test_fetch_mends_what_verify_found_damaged(only_tiny, capsys):
    path = fetch("tiny", progress=False) / "tiny/data/a.txt"
    path.write_bytes(path.read_bytes().upper())
    assert commands.verify_command(["tiny"]) == 1
    assert "run llmai-edu data fetch tiny" in capsys.readouterr().err
    assert commands.fetch_command(["tiny"]) == 0
    assert commands.verify_command(["tiny"]) == 0


def test_errors_go_to_stderr_and_the_others_are_still_fetched(only_tiny, capsys):
    assert commands.fetch_command(["tinny", "tiny"]) == 1
    shown = capsys.readouterr()
    assert "there is no data set 'tinny': did you mean tiny?" in shown.err
    assert "Traceback" not in shown.err
    assert shown.out.startswith("tiny is in ")


def test_an_interruption_stops_the_rest(only_tiny, capsys, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("llmai_edu.datasets.download.download", interrupt)
    assert commands.fetch_command(["tiny", "tiny"]) == 130
    assert capsys.readouterr().err.count("interrupted") == 1


def test_verify_of_an_empty_cache(only_tiny, capsys):
    assert commands.verify_command() == 1
    assert "run llmai-edu data fetch" in capsys.readouterr().err


def test_card(capsys):
    assert commands.card_command("speeches") == 0
    assert DATASETS["speeches"].title in capsys.readouterr().out
    assert commands.card_command("speech") == 1


def test_columns_are_aligned():
    table = commands.format_table([("a", "bb"), ("ccc", "d")]).splitlines()
    assert table == ["a    bb", "---  --", "ccc  d"]
