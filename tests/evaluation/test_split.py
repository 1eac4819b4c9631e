"""The frozen split never moves, and its parts do not leak into each other."""

from datetime import date

import pytest

from llmai_edu.datasets import Speech
from llmai_edu.evaluation.split import (
    FRESH_YEARS,
    PARTS,
    SHA256,
    TEST_YEARS,
    VALID_YEARS,
    ladder_text,
    part_of_year,
    shared_ngrams,
    split_speeches,
)

NEVER_GIVEN = {1933, 1989, 1993, 2001, 2009, 2017, 2021, 2025}  # a new president spoke, but not as "State of the Union"


def speech(year: int, number: int, text: str) -> Speech:
    return Speech(f"{year}-Someone-{number}", year, date(year, 1, number), "Someone", text, True, True)


def test_the_written_years_follow_the_stated_rule():
    given = [year for year in range(1790, 2026) if year not in NEVER_GIVEN]
    assert [year for year in given if year % 19 == 11] == list(TEST_YEARS)
    assert [year for year in given if year % 19 == 0] == list(VALID_YEARS)
    assert {year % 4 for year in TEST_YEARS} == {0, 1, 2, 3} == {year % 4 for year in VALID_YEARS}


def test_all_addresses_of_a_year_stay_together():
    text = split_speeches([speech(1968, 1, "a"), speech(1968, 2, "b"), speech(1969, 1, "c"), speech(2026, 1, "d")])
    assert text.test_docs == ("a", "b")
    assert (text.train, text.valid, text.test, text.fresh) == ("c", "", "a\n\nb", "d")
    assert part_of_year(FRESH_YEARS[0]) == "fresh"


def test_bytes_are_not_characters():
    text = split_speeches([speech(1968, 1, "½—")])
    assert text.doc_bytes("test") == ["½—".encode()]
    with pytest.raises(ValueError, match="train, valid, test, fresh"):
        text.doc_bytes("dev")


@pytest.mark.data
def test_the_parts_are_frozen_to_the_byte():
    text = ladder_text()
    assert {part: text.sha256(part) for part in PARTS} == SHA256


@pytest.mark.data
def test_the_parts_have_the_stated_sizes_and_cover_the_corpus():
    text = ladder_text()
    sizes = {part: sum(map(len, text.doc_bytes(part))) for part in PARTS}
    assert sum(sizes.values()) == 12_185_751
    assert sum(len(text.doc_bytes(part)) for part in PARTS) == 249
    for part in ("valid", "test"):
        assert 0.045 < sizes[part] / sum(sizes.values()) < 0.055


@pytest.mark.data
def test_hardly_an_eight_gram_of_the_test_years_was_seen_in_training():
    text = ladder_text()
    assert shared_ngrams(f"{text.test} {text.fresh}", text.train) < 0.01  # measured: 0.0076 and 0.0046


def test_shared_ngrams_by_hand():
    assert shared_ngrams("a b c d", "x b c d", n=2) == pytest.approx(2 / 3)
    assert shared_ngrams("A, b! c", "a b c", n=3) == 1.0
    assert shared_ngrams("a b", "a b", n=3) == 0.0
