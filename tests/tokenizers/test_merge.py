from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.tokenizers.bpe_train import learn_merges
from llmai_edu.tokenizers.merge import count_pairs, encode_long_word, encode_word, merge

IDS = st.lists(st.integers(0, 3), max_size=30)


@given(IDS)
def test_count_pairs_counts_each_position_once(ids):
    counts = count_pairs(ids)
    assert counts == Counter((ids[i], ids[i + 1]) for i in range(len(ids) - 1))
    assert counts.total() == max(len(ids) - 1, 0)


@given(IDS)
def test_merge_is_string_replacement(ids):
    """str.replace also goes from left to right without overlap: an outsider for the same operation."""
    text = "".join("abcd"[i] for i in ids)
    assert merge(ids, (0, 1), 9) == ["abcd".find(c) if c != "Z" else 9 for c in text.replace("ab", "Z")]
    assert merge(ids, (0, 0), 9) == ["abcd".find(c) if c != "Z" else 9 for c in text.replace("aa", "Z")]


def test_the_earliest_learned_pair_wins_not_the_leftmost():
    ranks, products = {(2, 3): 0, (1, 2): 1}, [4, 5]
    assert encode_word([1, 2, 3], ranks, products) == [1, 4]
    assert encode_word([1, 2, 2, 3], ranks, products) == [5, 4]
    assert encode_word([], ranks, products) == encode_long_word([], ranks, products) == []


@given(st.dictionaries(st.text("ab", min_size=1, max_size=20), st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_heap_and_plain_merging_agree(word_counts, data):
    merges, tokens = learn_merges({word.encode(): n for word, n in word_counts.items()}, 40, min_count=1)
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    products = [tokens.index(tokens[a] + tokens[b]) for a, b in merges]
    word = list(data.draw(st.text("abc", max_size=120)).encode())
    plain = encode_word(word, ranks, products)
    assert encode_long_word(word, ranks, products) == plain
    assert b"".join(tokens[i] for i in plain) == bytes(word)
    assert not any(pair in ranks for pair in count_pairs(plain))
