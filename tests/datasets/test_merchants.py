import pytest

from llmai_edu.datasets.merchants import MENDED, load_merchants, merchant_questions
from llmai_edu.datasets.question import Entry


def test_copied_wordings_are_kept_out_and_known_codes_only():
    lists = {
        "visa": [Entry("1", "Shoe Stores", "visa"), Entry("2", "Bakeries", "visa")],
        "iso": [Entry("1", "shoe shops", "iso"), Entry("2", "bread sellers", "iso"), Entry("3", "x", "iso")],
        "usda": [Entry("2", "Bread Sellers", "usda")],
    }
    found = [one for part in merchant_questions(lists).parts for one in part]
    assert found == [("bread sellers", frozenset({"2"}), "iso")]


@pytest.mark.data
def test_the_card_tells_the_truth():
    lists = load_merchants()
    assert [len(lists[name]) for name in ("visa", "mastercard", "usda")] == [292, 297, 304]
    assert not any("3000" <= one.code <= "3999" for entries in lists.values() for one in entries)
    train, valid, test = merchant_questions(lists).parts
    assert (len(train), len(valid), len(test)) == (0, 134, 198)
    codes = [{code for one in part for code in one.answers} for part in (valid, test)]
    assert not codes[0] & codes[1]


@pytest.mark.data
def test_the_wrong_rows_are_mended_to_what_the_other_lists_say():
    lists = load_merchants()
    every = {(one.source, one.code, one.text) for entries in lists.values() for one in entries}
    assert not every & set(MENDED)  # each was found in the file, and is gone
    assert every >= {(network, *good) for (network, *_), good in MENDED.items()}
    titles = {(one.code, one.text) for entries in lists.values() for one in entries if one.source != "stripe"}
    assert ("5571", "Motorcycle Shops and Dealers") in titles
    assert {code for code, text in titles if "manual cash" in text.lower()} == {"6010"}
    asked = [one.text for part in merchant_questions(lists).parts for one in part]
    assert not {"Motorcycle Shops, Dealers", "Financial Institutions - Manual Cash Disbursements"} & set(asked)
