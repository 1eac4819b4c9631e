"""Running a lesson under other seeds: the right line is replaced, and a claim that fails is seen."""

import pytest

from tools import seeds
from tools.faults import BuildError

HEAD = "# %% [markdown]\n# # Page\n\n# %%\nseed = 0\n"


def test_one_line_must_name_the_seed():
    assert seeds.with_seed(HEAD, 12, "page.py") == HEAD.replace("seed = 0", "seed = 12")
    with pytest.raises(BuildError, match="0 lines say `seed = N`"):
        seeds.with_seed("seed = int(1)", 1, "page.py")
    with pytest.raises(BuildError, match="2 lines say"):
        seeds.with_seed(HEAD + "seed = 3\n", 1, "page.py")


def test_a_claim_that_fails_under_a_seed_is_seen(tmp_path, monkeypatch, capsys):
    page = tmp_path / "notebooks" / "src" / "99_page.py"
    page.parent.mkdir(parents=True)
    page.write_text(HEAD + "\n# %%\nassert seed != 1\nprint(f'drawn with {seed}')\n", encoding="utf-8")
    monkeypatch.setattr(seeds, "ROOT", tmp_path)
    assert seeds.main(["99_page", "--seeds", "2", "--verbose"]) == 0
    assert "every claim held" in (said := capsys.readouterr().out)
    assert "drawn with 2" in said
    assert seeds.main(["99_page", "--seeds", "1", "2"]) == 1
    said = capsys.readouterr().out
    assert "seed 1: " in said
    assert "AssertionError" in said
    assert "seed 2: every claim held" in said
