"""The shop's FAQ: whole, and no message of one part is nearly one of another."""

import itertools
import json
from collections import Counter

import pytest

from llmai_edu.datasets import DataError, shop_faq
from llmai_edu.datasets.near_duplicates import jaccard, normalized, shingles
from llmai_edu.datasets.shop_faq import MOODS, load_shop_faq, split_shop_faq

FAQ = load_shop_faq()
GROUPS = (FAQ.situations, FAQ.paraphrases, FAQ.off_topic, FAQ.moods)


def test_its_size():
    assert len(FAQ.entries) == len({entry.id for entry in FAQ.entries}) == 86
    assert [[len(part) for part in group.parts] for group in GROUPS] == [
        [114, 114, 288],
        [0, 114, 316],
        [0, 75, 75],
        [80, 42, 80],
    ]
    assert len(FAQ.unseen) == 29


def test_messages_name_entries_that_there_are():
    ids = {entry.id for entry in FAQ.entries}
    for kind, split in (("situation", FAQ.situations), ("paraphrase", FAQ.paraphrases)):
        for part in split.parts:
            assert {one.entry for one in part} <= ids
            assert {one.kind for one in part} <= {kind}
    assert {one.kind for part in FAQ.moods.parts for one in part} == set(MOODS)
    assert all(one.entry is None for part in FAQ.off_topic.parts for one in part)


def test_unseen_entries_are_asked_about_in_the_test_alone():
    for part in (FAQ.situations.train, FAQ.situations.valid, FAQ.paraphrases.valid):
        assert Counter(one.entry for one in part).keys() == {entry.id for entry in FAQ.entries} - FAQ.unseen
        assert set(Counter(one.entry for one in part).values()) == {2}
    for split, unseen, others in ((FAQ.situations, 6, 2), (FAQ.paraphrases, 5, 3)):
        counts = Counter(one.entry for one in split.test)
        assert all(counts[entry.id] == (unseen if entry.id in FAQ.unseen else others) for entry in FAQ.entries)


def test_no_two_parts_share_nearly_the_same_message():
    parts = [[one.text for group in GROUPS for one in group.parts[i] if normalized(one.text)] for i in range(3)]
    pairs = [[shingles(text, 2) for text in texts] for texts in parts]
    worst = max(jaccard(a, b) for one, other in itertools.combinations(pairs, 2) for a in one for b in other)
    assert worst < 0.6  # "Please take me off the newsletter." and "… off the mailing list", by two writers


def test_paraphrases_do_not_repeat_their_question():
    questions = {entry.id: shingles(entry.question, 2) for entry in FAQ.entries}
    alike = [jaccard(shingles(one.text, 2), questions[one.entry]) for part in FAQ.paraphrases.parts for one in part]
    assert len(alike) == 430
    assert max(alike) < 0.4


def test_the_order_of_the_file_plays_no_role():
    entry = {
        "id": "a",
        "topic": "t",
        "question": "q",
        "answer": "a",
        "situations": list("uvwxyz"),
        "paraphrases": list("abcde"),
    }
    other = entry | {"id": "b", "situations": list("opqrst"), "paraphrases": list("fghij")}
    content = {"shop": {"name": "s"}, "entries": [entry, other], "off_topic": [], "mood": []}
    turned = content | {"entries": [other | {"situations": list("tsrqpo"), "paraphrases": list("jihgf")}, entry]}
    first, second = split_shop_faq(content), split_shop_faq(turned)
    for kind in ("situations", "paraphrases"):
        for part, again in zip(getattr(first, kind).parts, getattr(second, kind).parts):
            assert set(part) == set(again)


def test_a_missing_or_damaged_file(tmp_path, monkeypatch):
    monkeypatch.setattr(shop_faq, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match="missing"):
        load_shop_faq()
    (tmp_path / "shop_faq.json").write_text(json.dumps({"shop": {}}))
    with pytest.raises(DataError, match="cannot be read"):
        load_shop_faq()
