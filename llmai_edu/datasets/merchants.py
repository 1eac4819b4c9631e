"""Merchant category codes: one network's descriptions to search in, the other networks' to ask with."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from .fetch import fetch
from .hash_split import Split, split_by_key
from .question import Entry, Question, content_words

__all__ = ["load_merchants", "merchant_questions", "read_merchants"]

NETWORKS = {
    "iso": "iso18245_official_list.csv",
    "visa": "visa_list.csv",
    "mastercard": "mastercard_list.csv",
    "amex": "amex_list.csv",
    "usda": "usda_list.csv",
    "stripe": "stripe_list.csv",
    "alipay": "alipay_list.csv",
}
SHARES = (0.0, 0.4, 0.6)
# Rows of the file that are wrong, and what they should be. Network, code and text; then code and text.
MENDED = {
    # All lists, Stripe's too, have this title under 5571; 5561 is camper dealers.
    ("stripe", "5561", "Motorcycle Shops, Dealers"): ("5571", "Motorcycle Shops, Dealers"),
    # All lists, USDA's too, have this title under 6010; 6011 is automated cash disbursements.
    ("usda", "6011", "Financial Institutions - Manual Cash Disbursements"): (
        "6010",
        "Financial Institutions - Manual Cash Disbursements",
    ),
    # The title of 5681 is glued before it.
    ("alipay", "5817", "Furriers and fur shopsDigital Goods-Software Applications (excluding games)"): (
        "5817",
        "Digital Goods-Software Applications (excluding games)",
    ),
}


def load_merchants() -> dict[str, list[Entry]]:
    """Return each network's descriptions, fetched first where necessary; raises DataError when they cannot be had.

    >>> load_merchants()["visa"][0]  # doctest: +SKIP
    Entry(code='0742', text='Veterinary Services', source='visa')
    """
    return read_merchants(fetch("merchants") / "iso18245" / "data")


def read_merchants(folder: Path) -> dict[str, list[Entry]]:
    """Return the lists of a folder without the codes of single companies, 3000 to 3999; three wrong rows are mended.

    What was wrong with them stands beside MENDED.
    """
    lists = {}
    for network, name in NETWORKS.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        named = [(row[0], row[1].strip()) for row in rows if not "3000" <= row[0] <= "3999"]
        mended = [MENDED.get((network, *pair), pair) for pair in named]
        lists[network] = [Entry(code, text, network) for code, text in mended]
    return lists


def merchant_questions(lists: Mapping[str, Sequence[Entry]], index: str = "visa") -> Split[Question]:
    """Return the other networks' descriptions of codes that `index` has, in parts that share no code; train is empty.

    Kept out: descriptions with the content words of a description of the same code in the index, or of a question that
    is there already. A wording that several codes have has several answers, and lies in the part of the first.
    """
    known = defaultdict(set)
    for entry in lists[index]:
        known[entry.code].add(content_words(entry.text))
    found: dict[frozenset[str], list[Entry]] = defaultdict(list)
    for network, entries in lists.items():
        for entry in entries:
            words = content_words(entry.text)
            if network != index and entry.code in known and words and words not in known[entry.code]:
                found[words].append(entry)
    questions = [
        Question(entries[0].text, frozenset(one.code for one in entries), entries[0].source)
        for entries in found.values()
    ]
    return split_by_key(questions, key=lambda one: min(one.answers), shares=SHARES)
