"""Checks for the exercises to lesson 01, `tokens`."""

from collections import Counter

import numpy as np

from llmai_edu.course.dropout_chances import chances, mistaken_chances
from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_raises, expect_type, refuse
from llmai_edu.tokenizers.merge import encode_word


def _cutter(size):
    """An encoder for the checks: one id for each piece of `size` characters; ids are large, and some come again."""

    def encode(text):
        return [1000 + ord(text[i]) % 7 for i in range(0, len(text), size)]

    return encode


def _text(rng, length, letters="abcdefghij "):
    return "".join(rng.choice(list(letters), length))


@exercise(points=2, minutes=10, difficulty=1)
def price_ratio(answer, rng):
    upside_down, plain = "this is the original's price over the translation's", "this is not the ratio of the prices"
    for size in (2, 3, 5):
        cut, asked = _cutter(size), []

        def encode(text, cut=cut, asked=asked):
            asked.append(text)
            return cut(text)

        original = _text(rng, int(rng.integers(20, 40)) * size + 1, "abc")
        translation = _text(rng, int(rng.integers(50, 90)) * size + 1)
        first, second = cut(original), cut(translation)
        got = answer(encode, original, translation)
        expect_close(
            got,
            len(second) / len(first),
            plain if asked else "use the `encode` that you are given, and no other",
            suspects={
                "this is the ratio of characters; the price is counted in tokens": len(translation) / len(original),
                f"{upside_down}; it is the other way round": len(first) / len(second),
                "this is the difference of the prices, not their ratio": len(second) - len(first),
                "you added up the ids; the price is how many there are": sum(second) / sum(first),
                "you counted the different tokens; one that comes again is billed again": len(set(second))
                / len(set(first)),
                "divide with `/`, which keeps the fraction": len(second) // len(first),
            },
        )


@price_ratio.part(points=1)
def price_ratio_of_nothing(answer, rng):
    cut, text = _cutter(2), _text(rng, 7) + "a"

    def encode(text):
        return cut(text.strip())

    nothing = "an original without tokens must be refused with a ValueError"
    blanks = "ask for the number of tokens, not of characters: for this `encode` blanks have no tokens"
    expect_raises(ValueError, lambda: answer(encode, "", text), nothing)
    expect_raises(ValueError, lambda: answer(encode, "  ", text), blanks)
    free = "a translation without tokens costs nothing, and that is a ratio: 0"
    try:
        got = answer(encode, text, "")
    except ValueError as error:
        refuse(free, got=f"ValueError: {error}", want=0.0)
    except ZeroDivisionError as error:
        refuse("divide by the original's price", got=f"ZeroDivisionError: {error}", want=0.0)
    suspects = {"this is the difference of the prices, not their ratio": -len(encode(text))}
    expect_close(got, 0.0, free, suspects=suspects)


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
    a, b, c, d = word[:4]
    ways = {a + b + c, a + b, a, f"##{c}{d}", f"##{b}{c}{d}"}
    suspects = {
        "the longest piece is taken and never given back: no other way is tried": [a + b, f"##{c}{d}"],
        "try the furthest end first, here too": [a, f"##{b}{c}{d}"],
        "no piece fits after the longest one, although every letter is known: also that is [UNK]": [a + b + c],
    }
    expect_equal(
        answer(a + b + c + d, ways), ["[UNK]"], "nothing fits after the longest first piece", suspects=suspects
    )
    marked = {f"##{a}", f"##{b}"}
    suspects = {"a piece with ## does not begin a word": [f"##{a}", f"##{b}"]}
    expect_equal(answer(a + b, marked), ["[UNK]"], "no piece of this vocabulary begins a word", suspects=suspects)


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
    results, ids = set(), [1, 2, 3, 4, 1, 2]
    for seed in rng.integers(1_000_000, size=20).tolist():
        got, again = (answer(ids, RANKS, PRODUCTS, 0.4, np.random.default_rng(seed)) for _ in range(2))
        letters = [letter for i in got for letter in SPELLED.get(i, [i])]
        expect_equal(letters, ids, "spelled out, the result must be the same word", on=f"p = 0.4, result {got}")
        only = "draw from `rng` and from nothing else: with the same seed the result is the same"
        expect(got == again, only, got=again, want=got, on=f"p = 0.4 on {ids}, twice with rng = default_rng({seed})")
        results.add(tuple(got))
    expect(len(results) > 1, "draw from the `rng` that you are given: with another seed the result is another one")


@bpe_dropout.part(points=2)
def bpe_dropout_chances(answer, rng):
    for ids, ranks, p in [
        ([1, 2, 3, 4], {(1, 2): 0, (3, 4): 1}, 0.5),
        ([1, 2, 1, 2], {(1, 2): 0}, 0.5),
        ([1, 2, 3, 4], {(2, 3): 0, (1, 2): 1, (3, 4): 2}, 0.3),
    ]:
        n = 2000
        counts = Counter(tuple(answer(ids, ranks, PRODUCTS, p, rng)) for _ in range(n))
        share = {result: count / n for result, count in counts.items()}
        want = chances(ids, ranks, PRODUCTS, p)
        if not _near(share, want):
            suspects = mistaken_chances(ids, ranks, PRODUCTS, p)
            said = next((said for said, wrong in suspects.items() if _near(share, wrong)), None)
            worst = max(want, key=lambda result: abs(want[result] - share.get(result, 0)))
            refuse(
                said or "the results do not come as often as they should",
                got=round(share.get(worst, 0.0), 3),
                want=f"about {want[worst]:.3f}",
                on=f"{n:,} runs with p = {p} and ranks = {ranks} on {ids}: how often {list(worst)} comes out",
            )
        expect(True, "the shares of all results are right")


def _near(share, wanted):
    return all(abs(share.get(result, 0) - wanted.get(result, 0)) < 0.05 for result in {*share, *wanted})
