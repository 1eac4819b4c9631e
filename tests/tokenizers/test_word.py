from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from llmai_edu.tokenizers import WordTokenizer

TEXT = "the cat and the dog and the bird . a cat"


def test_most_frequent_words_as_scikit_learn_counts_them():
    vectorizer = CountVectorizer(token_pattern=r"\S+", max_features=3)
    vectorizer.fit([TEXT])
    assert set(WordTokenizer.from_text(TEXT, vocab_size=4).words[1:]) == set(vectorizer.get_feature_names_out())


def test_vocabulary_by_hand_with_ties_in_alphabetical_order():
    assert WordTokenizer.from_text(TEXT).words == ["<unk>", "the", "and", "cat", ".", "a", "bird", "dog"]
    assert WordTokenizer.from_text([TEXT, "dog"], min_count=2).words == ["<unk>", "the", "and", "cat", "dog"]
    assert WordTokenizer.from_text(TEXT, vocab_size=1).words == ["<unk>"]


def test_what_is_not_known_is_lost():
    tokenizer = WordTokenizer.from_text(TEXT, vocab_size=4)
    assert tokenizer.encode("the wise cat, and") == [1, 0, 3, 0, 2]
    assert tokenizer.decode([1, 0, 3]) == "the <unk> cat"
    assert tokenizer.id_to_bytes(3) == b"cat"


@given(st.lists(st.sampled_from(["a", "b", "don't", ",", "ü"]), max_size=20))
def test_round_trip_up_to_white_space(pieces):
    text = " ".join(pieces)
    tokenizer = WordTokenizer.from_text(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert Counter(tokenizer.encode(text)).total() == len(pieces)


def test_ids_outside_are_refused():
    for wrong in (-1, 2):
        with pytest.raises(ValueError, match=f"id {wrong} is outside this vocabulary of 0 … 1"):
            WordTokenizer(["a"]).decode([wrong])


def test_bad_vocabularies_are_refused():
    for vocabulary in (["a", "a"], ["<unk>"]):
        with pytest.raises(ValueError, match="must come once"):
            WordTokenizer(vocabulary)
    with pytest.raises(ValueError, match="vocab_size must be at least 1"):
        WordTokenizer.from_text("a", vocab_size=0)


def test_save_and_load(tmp_path):
    tokenizer = WordTokenizer.from_text(TEXT)
    tokenizer.save(tmp_path / "t.json")
    assert WordTokenizer.load(tmp_path / "t.json").words == tokenizer.words
    (tmp_path / "t.json").write_text('{"kind": "words", "version": 1, "words": 5}')
    with pytest.raises(ValueError, match="is damaged"):
        WordTokenizer.load(tmp_path / "t.json")
