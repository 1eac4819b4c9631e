"""Which commands `make test` runs, for one lesson and for all."""

import pytest

from tools import test
from tools.layout import ROOT, chosen


def test_a_lesson_is_tested_under_either_name():
    assert test.commands("ngram") == test.commands("02_ngram")


def test_one_lesson_is_its_notebooks_its_proof_and_its_modules():
    units, notebooks, proof = test.commands("ngram")
    assert "tests/models/test_ngram.py" in units
    assert notebooks[-2:] == ["notebooks/02_ngram.ipynb", "solutions/02_ngram.ipynb"]
    assert proof[1:] == ["-m", "tools.proof", "02_ngram"]


def test_without_a_stem_everything_is_tested():
    units, notebooks, proof = test.commands(None)
    assert units[-1] == "tests"
    assert [name for name in notebooks if name.endswith(".ipynb")] == [
        f"{path.parent.parent.name}/{path.stem}.ipynb" for path in chosen(ROOT, [])
    ]
    assert proof[1:] == ["-m", "tools.proof"]


def test_an_unknown_stem_names_the_known_ones():
    with pytest.raises(SystemExit, match="no source is called ngrams; there are: 00_start_here, 01_tokens"):
        test.main(["ngrams"])
