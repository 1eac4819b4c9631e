"""The command `python -m tools.sync`."""

import pytest

from tools import sync


def test_a_second_run_changes_nothing(built, capsys):
    before = {path: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    assert sync.main([], built) == 0
    assert {path: path.read_bytes() for path in built.rglob("*") if path.is_file()} == before
    expected = "notebooks/src/01_zipf.py: up to date\nsolutions/src/01_zipf.py: up to date\n"
    assert capsys.readouterr().out == expected


def test_a_failure_is_told_and_the_rest_goes_on(built, edit, capsys):
    edit(built / "notebooks/src/01_zipf.py", "toy.zipf:slope", "toy.zipf:slop")
    assert sync.main(["zipf"], built) == 1
    told = capsys.readouterr()
    assert "notebooks/src/01_zipf.py:5: " in told.err
    assert "llmai_edu.toy.zipf has no slop" in told.err
    assert "solutions/src/01_zipf.py: up to date" in told.out


def test_an_unknown_stem_names_the_known_ones(course):
    with pytest.raises(SystemExit, match="no source is called 09_zip; there are: 01_zipf"):
        sync.main(["09_zip"], course)
