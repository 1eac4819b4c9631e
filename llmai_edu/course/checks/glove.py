"""Checks for the exercises to lesson 04, `glove`."""

from collections import defaultdict
from itertools import combinations

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, expect_type


def _meetings(docs, reach):
    """Every meeting of two words: (left, right, distance)."""
    for doc in docs:
        for i, left in enumerate(doc):
            for d, right in enumerate(doc[i + 1 : i + 1 + reach], 1):
                yield left, right, d


def _counted(docs, weight, reach, *, both=True):
    table = defaultdict(float)
    for left, right, d in _meetings(docs, reach):
        table[left, right] += weight(d)
        if both:
            table[right, left] += weight(d)
    return dict(table)


def _random_docs(rng, letters, sizes):
    return [[str(letter) for letter in rng.permutation(list(letters))[:size]] for size in sizes]


def _linear(window):
    return lambda d: (window - d + 1) / window


def _replaced(docs, window):
    """What is left when every meeting of a pair replaces the one before."""
    table = {}
    for left, right, d in _meetings(docs, window):
        table[left, right] = table[right, left] = (window - d + 1) / window
    return table


def _mirrored(docs, window):
    """What is left when one direction is counted, and each entry is then written over its mirror image."""
    table = _counted(docs, _linear(window), window, both=False)
    for left, right in list(table):
        table[right, left] = table[left, right]
    return table


def _equal_words(docs, window):
    """What comes out when the meeting of two equal words counts once, and when it does not count."""
    once = _counted(docs, _linear(window), window)
    for left, right, d in _meetings(docs, window):
        if left == right:
            once[left, right] -= _linear(window)(d)
    return once, {pair: value for pair, value in once.items() if pair[0] != pair[1]}


def _count_suspects(docs, w):
    linear, joined = _linear(w), [[word for doc in docs for word in doc]]
    once, apart = _equal_words(docs, w)
    return {
        "the last word of a document must not meet the first of the next": _counted(joined, linear, w),
        "a neighbour `window` places away still has a weight: range(1, window) stops before it": _counted(
            docs, linear, w - 1
        ),
        "the weight falls in a straight line, (window - d + 1) / window; this is 1 / d": _counted(
            docs, lambda d: 1 / d, w
        ),
        "near neighbours count more; here every one counts 1": _counted(docs, lambda d: 1, w),
        "the weight of a neighbour d places away is (window - d + 1) / window, not (window - d) / window": _counted(
            docs, lambda d: (w - d) / w, w
        ),
        "divide the weight by the window": _counted(docs, lambda d: w - d + 1, w),
        "enter every meeting in both directions": _counted(docs, linear, w, both=False),
        "when the two words are equal, the meeting still counts twice, once for each direction": once,
        "a word may stand near itself: ('a', 'a') is a pair, too": apart,
        "add the second direction to what is there; table[b, a] = table[a, b] overwrites it": _mirrored(docs, w),
        "add up all meetings of a pair; the last one replaced the earlier ones": _replaced(docs, w),
    }


def _expect_table(got, want, suspects, on):
    expect_type(got, dict)
    expect(
        all(isinstance(pair, tuple) and len(pair) == 2 for pair in got),
        "the keys are pairs of words: (word, neighbour)",
        got=next(iter(got), None),
    )
    never = next((pair for pair, value in got.items() if pair not in want and value == 0), None)
    expect(never is None, "a pair that never met is no key of the dictionary, not even with the value 0", got=never)
    suspects = {belief: table for belief, table in suspects.items() if table != want}
    message = "this is not the weight of every pair"
    expect_close(dict(got), want, message, suspects=suspects, on=on)


@exercise(points=3, minutes=20, difficulty=2)
def count_pairs(answer, rng):
    for window in (3, 4, 2):
        # Different words within a document, so that only the four faults can matter here.
        docs = _random_docs(rng, "abcdefgh", (8, 1, 3, 6))
        want = _counted(docs, _linear(window), window)
        _expect_table(answer(docs, window), want, _count_suspects(docs, window), f"docs = {docs}, window = {window}")


@count_pairs.part(points=2)
def count_pairs_of_equal_words(answer, rng):
    for window in (2, 3):
        docs = [[str(letter) for letter in rng.choice(list("ab"), size)] for size in (7, 5)] + [
            ["c", "c"],
            list("dede"),
            [],
        ]
        want = _counted(docs, _linear(window), window)
        _expect_table(answer(docs, window), want, _count_suspects(docs, window), f"docs = {docs}, window = {window}")


def _mul(vectors, a, b, c, *, unit=True, shift=True, small=0.001):
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if unit else vectors
    near = [rows @ rows[word] for word in (a, b, c)]
    if shift:
        near = [(cosine + 1) / 2 for cosine in near]
    return near[1] * near[2] / (near[0] + small)


def _case(rng, size=9):
    vectors = rng.normal(size=(size, 4)) * rng.uniform(0.3, 3, (size, 1))
    return vectors, *(int(row) for row in rng.permutation(size)[:3])


def _ruled(scores, *words):
    scores = np.array(scores, float)
    scores[list(words)] = -np.inf
    return scores


@exercise(points=3, minutes=25, difficulty=2)
def mul_scores(answer, rng):
    for _ in range(3):
        vectors, a, b, c = _case(rng)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        near = [(unit @ unit[word] + 1) / 2 for word in (a, b, c)]
        got = answer(vectors, a, b, c)
        expect_shape(got, (len(vectors),))
        others = np.setdiff1d(np.arange(len(vectors)), (a, b, c))
        beliefs = {
            "cosines need vectors of length 1: divide every row by its length": _mul(vectors, a, b, c, unit=False),
            "move every cosine into the range 0 to 1 first: (cos + 1) / 2": _mul(vectors, a, b, c, shift=False),
            "a and b are swapped: the score is divided by the nearness to a": _mul(vectors, b, a, c),
            "a and c are swapped: the score is divided by the nearness to a": _mul(vectors, c, b, a),
            "this adds and subtracts, as in the lesson; here you multiply and divide": unit
            @ (unit[b] - unit[a] + unit[c]),
            "this adds and subtracts; multiply the nearness to b and c, and divide by the one to a": near[1]
            - near[0]
            + near[2],
            "the 0.001 in the denominator is missing": _mul(vectors, a, b, c, small=0),
            "divide by the nearness to a": near[1] * near[2],
            "add 0.001 to the nearness to a before you divide": near[1] * near[2] / near[0] + 0.001,
            "(cos + 1) / 2: you halved only the 1, or forgot the half": (2 * near[1])
            * (2 * near[2])
            / (2 * near[0] + 0.001),
        }
        expect_close(
            np.asarray(got, float)[others],
            _mul(vectors, a, b, c)[others],
            "these are not the scores of the words that were not asked with",
            suspects={belief: scores[others] for belief, scores in beliefs.items()},
            on=f"{len(vectors)} words, a = {a}, b = {b}, c = {c}",
        )


@mul_scores.part(points=2)
def mul_scores_excludes(answer, rng):
    for size in (5, 9):
        vectors, a, b, c = _case(rng, size)
        vectors[c] = 1.01 * vectors[b]  # the nearest of all is a word of the question
        want = _ruled(_mul(vectors, a, b, c), a, b, c)
        suspects = {
            "the words of the question are answers here; give all three minus infinity": _mul(vectors, a, b, c),
            "only one of the three words is ruled out; a, b and c all get minus infinity": _ruled(
                _mul(vectors, a, b, c), c
            ),
            "b may be no answer either": _ruled(_mul(vectors, a, b, c), a, c),
            "a may be no answer either": _ruled(_mul(vectors, a, b, c), b, c),
            "c may be no answer either": _ruled(_mul(vectors, a, b, c), a, b),
            "give the three words minus infinity, not 0": np.where(np.isinf(want), 0, want),
            "give the three words minus infinity; plus infinity always wins": np.where(np.isinf(want), np.inf, want),
            "give the three words minus infinity; `argmax` picks a nan": np.where(np.isinf(want), np.nan, want),
        }
        got = answer(vectors, a, b, c)
        expect_shape(got, (size,), "keep a score for every word, the three of the question among them")
        message = (
            "the scores are wrong when two words of the question lie in the same direction (pass the check above first)"
        )
        expect_close(got, want, message, suspects=suspects, on=f"{size} words, a = {a}, b = {b}, c = {c}")


def _associations(cosines, n, *, dot=None):
    """The association of every split, the given one first."""
    every = np.asarray(cosines if dot is None else dot)
    splits = [list(first) for first in combinations(range(len(every)), n)]
    return np.array([every[first].mean() - np.delete(every, first).mean() for first in splits])


HALF = "the first group is as large as A, not half of all"


def _p_beliefs(word, a, b):
    every = np.concatenate((a, b))
    dots = every @ word
    found = _associations(dots / np.linalg.norm(every, axis=1) / np.linalg.norm(word), len(a))
    cosines = dots / np.linalg.norm(every, axis=1) / np.linalg.norm(word)
    other_size, half = _associations(cosines, len(b)), _associations(cosines, len(every) // 2)
    plain, n = _associations(dots, len(a)), len(found)
    reached = int((found >= found[0] - 1e-9).sum())
    return reached / n, {
        "count the given split, too: at least as large, not larger": (reached - 1) / n,
        "the given split is one of the splits; divide by all of them, and do not add it again": (reached + 1) / (n + 1),
        "leave no split out, the given one neither above nor below the line": (reached - 1) / (n - 1),
        "count the splits whose association is at least as large; you counted the smaller ones": 1 - reached / n,
        "count the splits that are at least as large; you counted those at most as large": float(
            (found <= found[0] + 1e-9).mean()
        ),
        "this asks whether the word leans to either side; ask about A alone, without the absolute value": float(
            (np.abs(found) >= abs(found[0]) - 1e-9).mean()
        ),
        "use cosines: the vectors have different lengths": float((plain >= plain[0] - 1e-9).mean()),
        "the first group of every split must be as large as A": float((other_size >= found[0] - 1e-9).mean()),
        HALF: float((half >= found[0] - 1e-9).mean()),
        "this is how many splits; return their share": reached,
        "this is the association; return the share of splits that reach it": found[0],
    }


def _leaning(rng, n_a, n_b):
    """A word and attributes whose p is neither 0 nor 1, and for which no belief gives the right answer by chance."""
    for _ in range(500):
        word = rng.normal(size=3) * rng.uniform(0.5, 2)
        lengths = rng.uniform(0.2, 4, (n_a + n_b, 1))
        every = (rng.normal(size=(n_a + n_b, 3)) + 0.25 * np.outer(np.arange(n_a + n_b) < n_a, word)) * lengths
        p, beliefs = _p_beliefs(word, every[:n_a], every[n_a:])
        if n_a == n_b:  # with equal sizes this belief is no error
            beliefs.pop("the first group of every split must be as large as A")
        if (n_a + n_b) // 2 in (n_a, n_b):  # half of all is then one of the two sizes
            beliefs.pop(HALF)
        numbers = np.round([p, *beliefs.values()], 9)
        if 0.05 < p < 0.5 and len(np.unique(numbers)) == len(numbers):
            return word, every[:n_a], every[n_a:]
    raise RuntimeError("no input tells the beliefs apart")


def _expect_p(answer, rng, n_a, n_b):
    word, a, b = _leaning(rng, n_a, n_b)
    p, beliefs = _p_beliefs(word, a, b)
    suspects = {belief: value for belief, value in beliefs.items() if abs(value - p) > 1e-9}
    got = answer(word, a, b)
    expect(np.ndim(got) == 0, "p is one number", got=got)
    on = f"{n_a} attributes in A, {n_b} in B, so {len(_associations(np.arange(n_a + n_b), n_a))} splits"
    expect_close(got, p, "this is not the share of splits with at least this association", suspects=suspects, on=on)


def _ties(rng):
    """Copies of three attributes in other lengths: many splits tie, but their floats differ in the last place."""
    for _ in range(500):
        word, kinds = rng.normal(size=3), rng.normal(size=(3, 3))
        every = kinds[rng.permutation([0, 0, 0, 1, 1, 1, 2])] * rng.uniform(0.2, 4, (7, 1))
        cosines = every @ word / np.linalg.norm(every, axis=1) / np.linalg.norm(word)
        found = _associations(cosines, 3)
        reached, larger, exact = ((found >= found[0] + margin).mean() for margin in (-1e-9, 1e-9, 0))
        if exact < reached < 1:
            return word, every[:3], every[3:], reached, larger
    raise RuntimeError("no input has ties that rounding breaks")


@exercise(points=3, minutes=30, difficulty=3)
def single_word_p(answer, rng):
    for size in (3, 4):
        _expect_p(answer, rng, size, size)


@single_word_p.part(points=2)
def single_word_p_unequal(answer, rng):
    for n_a, n_b in ((2, 5), (4, 3)):
        _expect_p(answer, rng, n_a, n_b)
    for _ in range(3):
        word, a, b, p, larger = _ties(rng)
        got = answer(word, a, b)
        ties = "splits that tie must count, also when rounding makes one of them smaller in the last place: use 1e-9"
        expect(not larger - 1e-9 < got < p - 1e-9, ties, got=got, want=p)
        expect_close(got, p, "this is not the share of splits when several attributes point the same way")
    # Equal attributes: many splits are the same, and all of those that tie must count.
    word, twin = rng.normal(size=3), rng.normal(size=(1, 3))
    got = answer(word, np.repeat(twin, 2, 0), np.repeat(twin, 3, 0))
    expect_close(
        got,
        1.0,
        "when all attributes are equal, every split has the same association, so p is 1",
        suspects={"equal splits must count: a difference of less than 1e-9 is none": 0.0},
        on="five equal attributes",
    )
