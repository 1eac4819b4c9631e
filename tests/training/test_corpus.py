"""The base model's corpus: cleaned, without duplicates, and without what is measured on."""

import pytest

from llmai_edu.training.corpus import Document, clean_document, prepare, python_files, split_sources

WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
FILLER = "\n\n".join(f"Paragraph {n} speaks of the number {n * n} and of nothing else at all." for n in range(20))


def test_cleaning_leaves_one_kind_of_line_end_and_no_control_characters():
    assert clean_document("a \r\nb\x07\r\n\r\n\r\n\r\nc\t\n\n") == "a\nb\n\nc\n"


def test_a_paragraph_that_is_measured_on_is_cut_and_the_rest_stays():
    docs = [Document("a", "1", f"{FILLER}\n\n{WORDS}\n\nThe end of it.")]
    kept, _ = prepare(docs, f"Something {WORDS} something")
    assert len(kept) == 1
    assert WORDS not in kept[0].text
    assert kept[0].text == f"{FILLER}\n\nThe end of it.\n"


def test_twelve_shared_words_are_no_reason():
    twelve = " ".join(WORDS.split()[:12])
    kept, _ = prepare([Document("a", "1", f"{FILLER}\n\n{twelve}")], f"x {twelve} y")
    assert twelve in kept[0].text


def test_near_duplicates_and_short_texts_go_and_each_step_is_counted():
    docs = [Document("a", "1", FILLER), Document("a", "2", FILLER + "\n\nAnd more."), Document("b", "3", "short")]
    kept, steps = prepare(docs, "nothing of it")
    assert [doc.name for doc in kept] == ["1"]
    assert [sum(number for number, _ in step.left.values()) for step in steps] == [3, 2, 1, 1]


def test_of_every_source_something_is_held_out_and_nothing_is_lost():
    docs = [Document(source, str(n), "x" * 100) for source, many in (("a", 200), ("b", 3)) for n in range(many)]
    train, valid = split_sources(docs, share=0.02)
    assert sorted(train + valid, key=docs.index) == docs
    assert [sum(doc.source == source for doc in valid) for source in "ab"] == [4, 1]
    again = split_sources([*docs, Document("a", "new", "x" * 100)], share=0.02)[1]
    assert len({doc.name for doc in again} & {doc.name for doc in valid}) >= 3


def test_python_files_leaves_out_tests_and_what_cannot_be_parsed(tmp_path):
    (tmp_path / "test").mkdir()
    for name, text in (("good.py", "x = 1\n"), ("bad.py", "x = = 1\n"), ("test/t.py", "x = 1\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [doc.name for doc in python_files(tmp_path)] == ["good.py"]


def test_a_threshold_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="threshold"):
        prepare([Document("a", "1", FILLER)], "", threshold=0)
