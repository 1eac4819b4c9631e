"""Checks for the exercises to lesson 01, `tokens`."""

from collections import Counter

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_raises, expect_type
from llmai_edu.tokenizers.merge import encode_word


def _cutter(size):
    """An encoder for the checks: one id for each piece of `size` characters, the ids being large numbers."""

    def encode(text):
        return [1000 + i for i in range(0, len(text), size)]

    return encode


def _text(rng, length):
    return "".join(rng.choice(list("abcdefghij "), length))


@exercise(points=2, minutes=10, difficulty=1)
def price_ratio(answer, rng):
    for size in (2, 3, 5):
        encode = _cutter(size)
        original = _text(rng, int(rng.integers(20, 40)) * size + 1)
        translation = _text(rng, int(rng.integers(50, 90)) * size + 1)
        first, second = len(encode(original)), len(encode(translation))
        got = answer(encode, original, translation)
        expect_close(
            got,
            second / first,
            "this is not the ratio of the prices",
            suspects={
                "this is the ratio of characters; the price is counted in tokens": len(translation) / len(original),
                "this is the original's price over the translation's; it is the other way round": first / second,
                "this is the difference of the prices, not their ratio": second - first,
                "you added up the ids; the price is how many there are": sum(encode(translation))
                / sum(encode(original)),
                "divide with `/`, which keeps the fraction": second // first,
            },
        )


@price_ratio.part(points=1)
def price_ratio_of_nothing(answer, rng):
    encode = _cutter(2)
    expect_raises(ValueError, lambda: answer(encode, "", _text(rng, 8)), "an original without tokens must be refused")


def _vocabulary(rng):
    """A random word and a vocabulary that can spell it in more than one way."""
    letters = list(rng.permutation(list("abcdefghijklmnopqrstuvwxyz"))[:9])
    word = "".join(letters)
    vocabulary = {*letters, *(f"##{letter}" for letter in letters[1:])}
    vocabulary |= {word[:2], word[:3], f"##{word[3:5]}", f"##{word[3:6]}", f"##{word[5:8]}", word[3:7], word[6:]}
    return word, vocabulary


def _longest(word, vocabulary, marked=True):
    pieces, start = [], 0
    while start < len(word):
        mark = "##" if start and marked else ""
        ends = [end for end in range(len(word), start, -1) if mark + word[start:end] in vocabulary]
        if not ends:
            return None
        pieces.append(mark + word[start : ends[0]])
        start = ends[0]
    return pieces


@exercise(points=3, minutes=20, difficulty=2)
def longest_match(answer, rng):
    for _ in range(3):
        word, vocabulary = _vocabulary(rng)
        want = _longest(word, vocabulary)
        got = answer(word, vocabulary)
        expect_type(got, list)
        shortest = [word[0], *(f"##{letter}" for letter in word[1:])]
        expect_equal(
            got,
            want,
            "these are not the longest pieces, taken from left to right",
            suspects={
                "these are the shortest pieces: try the furthest end first": shortest,
                "the pieces after the first one carry the mark ##": [piece.removeprefix("##") for piece in want],
                "a piece inside a word must be looked up with its mark ##": _longest(word, vocabulary, marked=False),
                "the pieces come in reverse order": want[::-1],
                "the first piece carries no mark": [f"##{want[0]}", *want[1:]],
                "the end of the word is missing": want[:-1],
            },
        )
    expect_equal(answer("ab", {"ab", "a", "##b"}), ["ab"], "a word that is in the vocabulary is one piece")


@longest_match.part(points=1)
def longest_match_unknown(answer, rng):
    word, vocabulary = _vocabulary(rng)
    pieces = _longest(word, vocabulary)
    suspects = {
        "the whole word becomes [UNK], not only its end": [*pieces, "[UNK]"],
        "where nothing fits, the pieces before it do not count either": pieces,
        "a letter that does not fit cannot be a piece": [*pieces, "##!"],
    }
    expect_equal(answer(word + "!", vocabulary), ["[UNK]"], "nothing fits the last letter", suspects=suspects)
    expect_equal(answer("!" + word, vocabulary), ["[UNK]"], "nothing fits the first letter")


# Pairs that compete for a letter, (1, 2) and (2, 3); a pair of merges, (10, 11); and one that overlaps itself, (4, 4).
RANKS = {(1, 2): 0, (3, 4): 1, (2, 3): 2, (10, 11): 3, (4, 4): 4}
PRODUCTS = [10, 11, 12, 13, 14]
SPELLED = {10: [1, 2], 11: [3, 4], 12: [2, 3], 13: [1, 2, 3, 4], 14: [4, 4]}


@exercise(points=3, minutes=30, difficulty=3)
def bpe_dropout(answer, rng):
    for ids in ([1, 2, 3, 1, 2, 3, 4], [4, 4, 4], *rng.integers(1, 5, (4, 12)).tolist()):
        got = answer(ids, RANKS, PRODUCTS, 0.0, rng)
        expect_type(got, list)
        expect_equal(
            got,
            encode_word(ids, RANKS, PRODUCTS),
            "with p = 0 nothing is dropped, and the result is that of `encode_word`",
            suspects={"with p = 0 you dropped everything: a place stays when its draw is at least p": ids},
        )
        expect_equal(
            answer(ids, RANKS, PRODUCTS, 1.0, rng), ids, "with p = 1 every place is dropped, so nothing merges"
        )
    for _ in range(20):
        ids = [1, 2, 3, 4, 1, 2]
        got = answer(ids, RANKS, PRODUCTS, 0.4, rng)
        letters = [letter for i in got for letter in SPELLED.get(i, [i])]
        expect_equal(letters, ids, "spelled out, the result must be the same word", on=f"p = 0.4, result {got}")


@bpe_dropout.part(points=2)
def bpe_dropout_chances(answer, rng):
    n, p = 3000, 0.5
    ranks, products = {(1, 2): 0, (3, 4): 1}, [10, 11]
    for ids, twice, message in [
        ([1, 2, 3, 4], [10, 11], "the draws must be made anew at each step, not once for the whole word"),
        (
            [1, 2, 1, 2],
            [10, 10],
            "each place is dropped by its own draw: the same pair may stay in one and go in another",
        ),
    ]:
        results = Counter(tuple(answer(ids, ranks, products, p, rng)) for _ in range(n))
        # At the first step one of the two places remains with probability 1 - p², and then the other one 1 - p.
        want, wrong = (1 - p**2) * (1 - p), (1 - p) ** 2
        share = results[tuple(twice)] / n
        on = f"{n:,} runs with p = {p} on {ids}: how often both pairs are merged"
        said = message if abs(share - wrong) < 0.05 else "the words are not cut as often as they should be"
        expect(abs(share - want) < 0.05, said, got=round(share, 3), want=f"about {want:.3f}", on=on)
