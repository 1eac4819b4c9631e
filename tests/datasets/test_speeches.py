import re
from collections import Counter
from datetime import date

import pytest

from llmai_edu.datasets import DATASETS, load_speeches
from llmai_edu.datasets.speeches import read_speeches


def test_reads_the_table_and_the_texts_and_sorts_by_date(tmp_path):
    (tmp_path / "speeches").mkdir()
    for name, text in {"1801-B-1": "Later—é.\r\n", "1800-A-1": "Earlier.", "1799-Stray-1": "not listed"}.items():
        (tmp_path / f"speeches/{name}.txt").write_bytes(text.encode())
    (tmp_path / "metadata.csv").write_text(
        "fileid,year,date,president,sotu_type,is_sotu\n"
        "1801-B-1,1801,1801-12-08,B,written,False\n1800-A-1,1800,1800-01-02,A,spoken,True\n"
    )
    first, second = read_speeches(tmp_path)
    assert (first.id, first.date, first.spoken, first.canonical) == ("1800-A-1", date(1800, 1, 2), True, True)
    assert (second.year, second.president, second.spoken, second.canonical) == (1801, "B", False, False)
    assert second.text == "Later—é.\r\n"  # as in the file: nothing is cleaned behind the learner's back


@pytest.fixture(scope="module")
def speeches():
    return load_speeches()


def word_grams(text, n=8):
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


@pytest.mark.data
class TestTheCardTellsTheTruth:
    """Each number on the data card, counted."""

    def test_sizes(self, speeches):
        texts = [speech.text for speech in speeches]
        assert len(texts) == 249
        assert sum(len(text.encode()) for text in texts) == 12_185_751
        assert sum(len(text.split()) for text in texts) == 2_019_452
        assert (min(map(len, texts)), max(map(len, texts))) == (6_259, 218_881)
        assert [speech.date for speech in speeches] == sorted(speech.date for speech in speeches)
        assert (speeches[0].date, speeches[-1].date) == (date(1790, 1, 8), date(2026, 2, 24))
        assert all(speech.date.year == speech.year == int(speech.id[:4]) for speech in speeches)

    def test_years(self, speeches):
        missing = set(range(1790, 2027)) - {speech.year for speech in speeches}
        assert missing == {1933, 1989, 1993, 2001, 2009, 2017, 2021, 2025}
        assert Counter(s.year for s in speeches if not s.canonical) == {1945: 1, 1956: 1, 1973: 10}

    def test_spoken_and_written(self, speeches):
        assert Counter(speech.spoken for speech in speeches) == {True: 110, False: 139}
        assert not any(speech.spoken for speech in speeches if 1801 <= speech.year <= 1912)
        assert sum(s.spoken for s in speeches if s.year >= 1913) == 98

    def test_repeated_text(self, speeches):
        grams = {speech.id: word_grams(speech.text) for speech in speeches if speech.year in (1867, 1868, 1945, 1973)}

        def shared(part, whole):
            return round(len(grams[part] & grams[whole]) / len(grams[part]), 2)

        assert shared("1945-Roosevelt-2", "1945-Roosevelt-1") == 0.68
        assert shared("1973-Nixon-4", "1973-Nixon-5") == 0.52
        assert max(shared("1867-Johnson-1", "1868-Johnson-1"), shared("1868-Johnson-1", "1867-Johnson-1")) == 0.15

    def test_marks_of_editing_and_scanning(self, speeches):
        text = "\n\n".join(speech.text for speech in speeches)
        assert len(re.findall(r"(?i)\[laughter\]", text)) == 183
        assert len(re.findall(r"(?i)\[applause\]", text)) == 119
        assert len(re.findall(r"[a-z]- (?!and |or |to |nor |the |but )[a-z]+", text)) == 95
        assert len(re.findall(r"[a-z]\.[A-Z][a-z]", text)) == 43
        assert Counter(text)["Õ"] == Counter(text)["Ô"] == 1
        assert sum("--" in speech.text for speech in speeches) == 153
        assert sum("—" in speech.text for speech in speeches) == 52
        assert sum(text.count(mark) for mark in "“”") == 4
        labelled = [s.year for s in speeches if re.search(r"(?m)^The President\.", s.text)]
        assert min(labelled) == 1998

    def test_numbers_of_the_card(self):
        card = DATASETS["speeches"]
        for figure in ("249", "229", "12,185,751", "2.02 million", "110 spoken", "139 written"):
            assert figure in card.how_much
