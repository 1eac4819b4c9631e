from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from llmai_edu.tokenizers import pretokenize, train_bpe
from llmai_edu.tokenizers.bpe_train import PairIndex, count_words, learn_merges

FIRST = 0x4E00  # one letter for each byte, in the order of the bytes


def train_slowly(word_counts, n_merges, min_count):
    """The plain algorithm: count everything, merge the best pair everywhere, count again."""
    words, tokens, merges = {tuple(word): n for word, n in word_counts.items()}, list(range(256)), []
    for new_id in range(256, 256 + n_merges):
        counts = Counter()
        for word, n in words.items():
            for pair in pairwise(word):
                counts[pair] += n
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < min_count:
            break
        merges.append(best)
        tokens.append(new_id)
        merged = Counter()
        for word, n in words.items():
            text = "".join(chr(FIRST + i) for i in word).replace(
                "".join(chr(FIRST + i) for i in best), chr(FIRST + new_id)
            )
            merged[tuple(ord(c) - FIRST for c in text)] += n
        words = merged
    return merges


WORDS = st.dictionaries(st.text("abc", min_size=1, max_size=12), st.integers(1, 5), min_size=1, max_size=10)


@given(WORDS, st.integers(0, 30), st.integers(1, 4))
def test_equals_the_trainer_that_recounts(words, n_merges, min_count):
    words = {word.encode(): n for word, n in words.items()}
    assert learn_merges(words, n_merges, min_count=min_count)[0] == train_slowly(words, n_merges, min_count)


@given(WORDS)
def test_counts_are_always_those_of_a_recount(words):
    words = {word.encode(): n for word, n in words.items()}
    index = PairIndex(words)
    for new_id in range(256, 262):
        recount = Counter()
        for word, n in zip(index.words, index.word_counts):
            for pair in pairwise(word):
                recount[pair] += n
        assert {pair: n for pair, n in index.counts.items() if n} == recount
        pair = index.most_frequent()
        if pair is None:
            assert not recount
            break
        index.merge(pair, new_id)


def test_the_example_of_sennrich_by_hand():
    """low 5, lower 2, newest 6, widest 3. "es" and "st" stand 9 times each: e < s, so "es" is first, and so on."""
    words = {b"low": 5, b"lower": 2, b"newest": 6, b"widest": 3}
    _, tokens = learn_merges(words, 7)
    assert tokens[256:] == [b"es", b"est", b"lo", b"low", b"ew", b"new", b"newest"]


def test_overlapping_pairs_by_hand():
    """ "aaaa": (a, a) three times, merged twice: [aa, aa], and then one pair is left, which occurs once."""
    assert learn_merges({b"aaaa": 1}, 5, min_count=1) == (
        [(97, 97), (256, 256)],
        [*[bytes([byte]) for byte in range(256)], b"aa", b"aaaa"],
    )


@pytest.mark.data
def test_equals_the_trainer_of_tokenizers(speeches):
    """Its ties go to the smaller ids too. One letter a byte makes its first ids stand in the order of ours."""
    text = "".join(speeches[::25])
    ours = train_bpe(text, 1500)
    letters = [chr(FIRST + byte) for byte in range(256)]
    outsider = Tokenizer(models.BPE())
    outsider.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=1500, initial_alphabet=letters, min_frequency=2, show_progress=False)
    as_letters = " ".join("".join(letters[byte] for byte in word.encode()) for word in pretokenize(text))
    outsider.train_from_iterator([as_letters], trainer)
    ids = outsider.get_vocab()
    theirs = [bytes(ord(c) - FIRST for c in token) for token in sorted(ids, key=ids.get)]
    assert ours.tokens == theirs


def test_one_text_and_its_pieces_train_the_same_tokenizer():
    whole = train_bpe("low low\nlower lower", 262)
    assert train_bpe(["low low", "\nlower lower"], 262).merges == whole.merges


def test_special_tokens_come_last_and_are_never_learned_from():
    tokenizer = train_bpe("<|end|>ab<|end|>ab<|end|>", 300, special_tokens=["<|end|>"])
    assert tokenizer.tokens[256:] == [b"ab", b"<|end|>"]
    assert tokenizer.special_tokens == {"<|end|>": 257}
    assert count_words(["ab<|end|>ab"], special_tokens=["<|end|>"]) == {b"ab": 2}


def test_it_ends_early_when_nothing_repeats():
    assert train_bpe("abcdefg", 400).vocab_size == 256
    assert train_bpe("", 400).vocab_size == 256
    assert train_bpe("ab ab ab xy xy", 400, min_count=3).tokens[256:] == [b"ab"]


def test_a_vocabulary_too_small_for_the_bytes_is_refused():
    with pytest.raises(ValueError, match=r"vocab_size must be at least 257 .*, got 256"):
        train_bpe("a", 256, special_tokens=["<end>"])


@pytest.mark.parametrize(("names", "message"), [("<a>", "a list of names"), ([""], "at least one character")])
def test_special_tokens_that_are_no_names_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        train_bpe("abc", 300, special_tokens=names)
    with pytest.raises(ValueError, match=message):
        count_words(["abc"], special_tokens=names)
