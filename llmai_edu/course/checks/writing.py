"""Checks for the exercises to lesson 25, `writing`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type

VOWELS, CONSONANTS = ("AA", "EH", "IY", "OW", "AY", "ER"), ("B", "D", "K", "L", "M", "N", "P", "S", "T", "V", "Z")
STRESSED = "a rhyme begins at the last *stressed* vowel, and not at the last one"
WHOLE = "count the vowels from the last stressed one on, not those of the whole word"
CLOSED = "a rhyming part of two vowels is feminine, also when a consonant ends it"
OPEN = "a rhyming part of one vowel is masculine, also when nothing follows the vowel"
SECOND = "a vowel with a 2 is stressed, too, and the digit is no part of the sound"
FIRST = "the first check has something to say; put that right before the edges"


def _some(rng, names, few, many):
    """A few of the names, in any order."""
    return [str(one) for one in rng.choice(names, int(rng.integers(few, many + 1)), replace=False)]


def _word(rng, onset, vowel, tail, stress):
    """A word that ends with this onset, stressed vowel and tail; in front of it may stand another syllable."""
    before = [*_some(rng, CONSONANTS, 0, 1), f"{rng.choice(VOWELS)}{rng.choice([0, 2])}"] if rng.random() < 0.5 else []
    return [*before, *onset, f"{vowel}{stress}", *tail]


def _rhyme_pairs(rng):
    """Pairs of words with their kind and, for some, what a misconception makes of them."""
    vowel, other = (str(one) for one in rng.choice(VOWELS, 2, replace=False))
    coda = _some(rng, CONSONANTS, 1, 2)
    rest = [*_some(rng, CONSONANTS, 1, 1), f"{rng.choice(VOWELS)}0", *_some(rng, CONSONANTS, 0, 1)]
    one, two, three = (str(c) for c in rng.choice(CONSONANTS, 3, replace=False))
    flat = [*_some(rng, CONSONANTS, 1, 1), f"{rng.choice(VOWELS)}0"]

    def word(onset, nucleus=vowel, tail=coda, stress=1):
        return _word(rng, onset, nucleus, tail, stress)

    return [
        ([one, f"{vowel}1", *coda], [two, f"{vowel}1", *coda], "masculine", {
            "feminine": "one vowel in the rhyming part makes it masculine, and more make it feminine",
        }),
        ([one, f"{vowel}1", "ZH", "ER0", "Z"], [two, f"{vowel}1", "ZH", "ER0", "Z"], "feminine", {
            "masculine": CLOSED,
            "identical": STRESSED,
        }),
        (word([one]), word([two]), "masculine", {"feminine": WHOLE}),
        (word([one], tail=rest), word([two], tail=rest), "feminine", {"identical": STRESSED, "masculine": STRESSED}),
        (word([one]), word([one], other), "none", {}),
        (word([one], tail=rest), word([two], other, rest), "none", {
            "feminine": STRESSED,
            "masculine": STRESSED,
        }),
        (["D", "EH0", one, f"{vowel}1", *coda], ["P", "AA0", one, f"{vowel}1", *coda], "identical", {
            "masculine": "the consonants before the stressed vowel are the same, too: that is identical",
        }),
        ([two, one, f"{vowel}1", *coda], [one, f"{vowel}1", *coda], "masculine", {
            "identical": "the onset is *all* the consonants before the stressed vowel, not the last one alone",
        }),
        ([one, f"{vowel}1", *coda], ["B", f"{other}1", two, f"{vowel}2", *coda], "masculine", {
            "none": SECOND,
        }),
        ([one, f"{vowel}1", *rest], [one, f"{vowel}1", *rest], "identical", {
            "feminine": "a feminine rhyme, too, is identical when the onsets are the same",
        }),
        ([f"{vowel}1", *coda], [three, f"{vowel}1", *coda], "masculine", {}),
        ([f"{vowel}1", *coda], [f"{vowel}1", *coda], "identical", {}),
        ([one, f"{other}1", *flat, two, f"{vowel}2", *coda], [three, f"{vowel}1", *coda], "masculine", {
            "none": SECOND,
            "feminine": WHOLE,
        }),
        (["B", "AA0", one, f"{vowel}1", *coda], ["B", "AA0", two, f"{vowel}1", *coda], "masculine", {
            "feminine": WHOLE,
        }),
        ([one, f"{vowel}1"], [two, f"{vowel}1"], "masculine", {"feminine": OPEN}),
    ]  # fmt: skip


@exercise(points=4, minutes=20, difficulty=1)
def rhyme_kind(answer, rng):
    for _ in range(5):
        for a, b, want, suspects in _rhyme_pairs(rng):
            for first, second in ((a, b), (b, a)):
                got = answer(first, second)
                expect_type(got, str)
                expect_equal(
                    got,
                    want,
                    suspects.get(got, "this is not the kind of these two words"),
                    on=f"{' '.join(first)} and {' '.join(second)}",
                )


def _picks(relevance, similarity, k, weight, alike=max, sign=-1.0, first=None):
    """By the formula, with what may be mistaken in it."""
    picked, left = [], list(range(len(relevance)))
    if first is not None:
        picked.append(first)
        left.remove(first)
    while left and len(picked) < k:
        values = []
        for i in left:
            near = alike([similarity[i, j] for j in picked]) if picked else 0.0
            values.append(weight * relevance[i] + sign * (1 - weight) * near)
        picked.append(left.pop(int(np.argmax(values))))
    return picked


def _pick_suspects(relevance, similarity, k, weight):
    order = np.argsort(-relevance, kind="stable")[:k].tolist()
    mean = _picks(relevance, similarity, k, weight, alike=np.mean)
    last = _picks(relevance, similarity, k, weight, alike=lambda near: near[-1])
    least = _picks(relevance, similarity, k, weight, alike=min)
    summed = _picks(relevance, similarity, k, weight, alike=sum)
    swapped = _picks(relevance, similarity, k, 1 - weight)
    added = _picks(relevance, similarity, k, weight, sign=1.0)
    full = _picks(relevance, similarity, k, weight / (1 + weight))
    right = _picks(relevance, similarity, k, weight)
    return {
        "those are the most relevant ones; what is like a picked one must lose value": order,
        "you took the mean similarity to the picked ones; the formula has the largest": mean,
        "you compared with the last picked one only; the formula has the largest similarity to any": last,
        "you took the smallest similarity to the picked ones; the formula has the largest": least,
        "you summed the similarities to the picked ones; the formula has the largest": summed,
        "relevance has the weight λ, and similarity 1 − λ: you have them the other way round": swapped,
        "similarity is taken off, not added": added,
        "similarity has the weight 1 − λ; you took it off in full": full,
        "these are the right ones in the order of the text; return them in the order in which they were picked": sorted(
            right
        ),
    }


def _telling_text(rng):
    """A text on which the misconceptions differ from the right picks, if one is found soon."""
    for _ in range(3000):
        size = 9
        points = rng.normal(size=(size, 3))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        similarity, relevance = np.clip(points @ points.T, 0, None), rng.random(size)
        weight = float(rng.uniform(0.45, 0.65))
        answers = [_picks(relevance, similarity, 5, weight), *_pick_suspects(relevance, similarity, 5, weight).values()]
        if len({tuple(one) for one in answers}) == len(answers):  # no two mistakes have one result
            break
    return relevance, similarity, 5, weight


@exercise(points=4, minutes=25, difficulty=2)
def pick(answer, rng):
    for _ in range(4):
        text = _telling_text(rng)
        got = answer(*text)
        expect_type(got, list)
        expect(all(isinstance(one, (int, np.integer)) for one in got), "return the numbers of the sentences", got=got)
        expect(len(set(got)) == len(got), "a sentence was picked twice: take it from those that are left", got=got)
        expect_equal(got, _picks(*text), "these are not the sentences by the formula", suspects=_pick_suspects(*text))


@pick.part(points=1)
def pick_at_the_edges(answer, rng):
    text = _telling_text(rng)
    expect_equal(answer(*text), _picks(*text), FIRST)
    size = int(rng.integers(3, 6))
    same, none = np.full(size, 0.5), np.zeros((size, size))
    expect_equal(
        answer(same, none, 2, 0.5),
        [0, 1],
        "all have the same value: take the first of those that are left",
        suspects={"all have the same value, and you take the last one; take the first": [size - 1, size - 2]},
    )
    expect_equal(
        sorted(answer(rng.random(size), none, size + 3, 0.7)),
        list(range(size)),
        "when k is larger than the text, all sentences are picked, once each",
    )
    expect_equal(answer(same, none, 0, 0.5), [], "k = 0 picks nothing")
    low = -rng.random(size) - 0.1
    expect_equal(
        answer(low, none, 1, 0.5),
        [int(np.argmax(low))],
        "values may be negative, all of them: the highest is picked nevertheless",
    )
    unlike = float(rng.uniform(-0.9, -0.7))  # as cosines may be
    similarity = np.array([[1.0, unlike, 0.0], [unlike, 1.0, 0.0], [0.0, 0.0, 1.0]])
    expect_equal(
        answer(np.array([0.9, 0.5, 0.6]), similarity, 2, 0.5),
        [0, 1],
        "these are not the sentences by the formula, when a similarity is negative",
        suspects={"the largest similarity may be negative, and then it adds value; do not start from 0": [0, 2]},
    )


def _missing(text, phrase):
    """How many tokens of the phrase are missing after this text."""
    most = min(len(phrase), len(text))
    return len(phrase) - max(n for n in range(most + 1) if text[len(text) - n :] == phrase[:n])


def _missing_anywhere(text, phrase):
    """The mistake of counting what stands further in front."""
    parts = [text[i:j] for i in range(len(text)) for j in range(i, len(text) + 1)]
    return len(phrase) - max((n for n in range(len(phrase) + 1) if phrase[:n] in parts), default=0)


def _forced(logits, ids, phrase, length, end, *, missing=_missing, slack=0, held=None):
    """By the three rules."""
    size = len(phrase)
    found = any(ids[i : i + size] == phrase for i in range(len(ids) - size + 1)) if held is None else held
    if found:
        return logits.copy()
    left = length - len(ids) - 1
    free = [t != end and missing([*ids, t], phrase) + slack <= left for t in range(len(logits))]
    return np.where(free, logits, -np.inf)


def _forced_by_the_state_before(logits, ids, phrase, length, end):
    """The mistake of asking what is missing before the next token."""
    missing = _missing(ids, phrase)
    if length - len(ids) > missing:
        return _forced(logits, ids, phrase, length + len(phrase), end)
    return np.where(np.arange(len(logits)) == phrase[-missing], logits, -np.inf)


def _force_suspects(logits, ids, phrase, length, end):
    text = (logits, ids, phrase, length, end)
    right = _forced(*text)
    open_end = right.copy()
    open_end[end] = logits[end]
    return {
        "once the phrase stands in the text, nothing is changed": _forced(*text, held=False),
        "more than one token of the phrase may have been begun: look further back than the new token": _forced(
            *text, missing=lambda i, p: len(p) - (i[-1] == p[0])
        ),
        "you count the whole phrase as missing; look how much of it the text ends with, the new token included": (
            _forced(*text, missing=lambda i, p: len(p))
        ),
        "a token that breaks the begun phrase loses what was begun: ask what is missing *after* it": (
            _forced_by_the_state_before(*text)
        ),
        "only what the text *ends* with has been begun; what stands further in front does not count": _forced(
            *text, missing=_missing_anywhere
        ),
        "all of its tokens stand in the text, but not directly one after another, in this order": _forced(
            *text, held=set(phrase) <= set(ids)
        ),
        "as long as the phrase is missing, the text must not end": open_end,
        "a token that may come keeps its own logit": np.where(np.isfinite(right), 0.0, right),
        "that is one token too early: as many places as are missing are enough": _forced(*text, slack=1),
        "that is one token too late: after the new token there are fewer places than tokens missing": _forced(
            *text, slack=-1
        ),
    }


def _force_cases(rng):
    """Texts so far, with phrases and lengths: first five that tell the misconceptions apart, then any."""
    for trial in range(45):
        tokens = rng.permutation(np.arange(1, 12)).tolist()
        phrase, others = tokens[: int(rng.integers(1, 4)) if trial > 4 else 3], tokens[4:]
        ids = rng.choice(others, int(rng.integers(2, 6))).tolist()
        length = int(rng.integers(7, 10))
        kind = trial % 5
        if trial < 5:  # not begun, one place more than needed; not begun; begun; begun in front; begun, one place more
            ids = [*(phrase[:2] if trial == 3 else []), *ids, *(phrase[:2] if trial in (2, 4) else [])]
            length = len(ids) + _missing(ids, phrase) + (trial in (0, 4))
        elif kind == 1:
            ids = [*ids[:2], *phrase, *ids[2:4]]  # there already
        elif kind == 2:
            ids = [*ids, *phrase[:-1]]  # begun, one token is missing
            length = len(ids) + 1 + int(rng.integers(0, len(phrase) + 1))
        elif kind == 3:
            ids = [*ids[:2], *phrase[::-1], *ids[2:3]] if len(phrase) > 1 else ids  # in another order
            length = len(ids) + len(phrase) + int(rng.integers(0, 3))
        elif kind == 4:
            length = len(ids) + len(phrase) + int(rng.integers(0, 3))  # now, or very soon
        yield ids, phrase, max(length, len(ids) + _missing(ids, phrase))


@exercise(points=4, minutes=30, difficulty=3)
def force_before_end(answer, rng):
    for ids, phrase, length in _force_cases(rng):
        logits = rng.normal(size=12)
        expect_close(
            answer(logits, ids, phrase, length, 0),
            _forced(logits, ids, phrase, length, 0),
            "these are not the logits by the three rules",
            suspects=_force_suspects(logits, ids, phrase, length, 0),
            on=f"ids={ids}, phrase={phrase}, length={length}, end=0",
        )


@force_before_end.part(points=1)
def force_a_begun_phrase(answer, rng):
    for case in _force_cases(rng):
        scores = rng.normal(size=12)
        expect_close(answer(scores, *case, 0), _forced(scores, *case, 0), FIRST)
    a, b, c, x = rng.permutation(np.arange(1, 12))[:4].tolist()
    logits = rng.normal(size=12)
    again = "when a beginning fails, its last tokens may be a beginning, too: compare the end of the text anew"
    for ids, phrase, length, message in (
        ([x, a, a], [a, a, b], 4, "the text ends with the first two tokens of the phrase: take the largest n"),
        ([x, a, a, a], [a, a, b], 5, again),
        ([x, a, a], [a, a, b], 5, again),
        ([x, a, b, a], [a, b, a, c], 7, again),
        ([a, b, x, a], [a, b, c], 6, "only what the text *ends* with has been begun"),
        ([], [a], 1, "an empty text with one place left: the phrase must come now"),
        ([a], [a, b], 2, "the text may be shorter than the phrase, and have begun it"),
    ):
        want, got = _forced(logits, ids, phrase, length, 0), answer(logits, ids, phrase, length, 0)
        expect_close(got, want, message, on=f"ids={ids}, phrase={phrase}, length={length}, end=0")
    for _ in range(40):  # the promise: whole texts
        phrase, ids = rng.choice([a, b], int(rng.integers(1, 4))).tolist(), []
        length = len(phrase) + int(rng.integers(0, 4))
        while len(ids) < length and 0 not in ids:
            ids.append(int(np.argmax(answer(rng.gumbel(size=12), ids[:], phrase, length, 0))))
        held = any(ids[i : i + len(phrase)] == phrase for i in range(length))
        expect(held, f"a text was drawn to its end, and {phrase} does not stand in it", got=ids)
