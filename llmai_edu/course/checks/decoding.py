"""Checks for the exercises to lesson 22, `decoding`."""

import numpy as np

from llmai_edu.course.draft_rules import RIGHT, drawn_points, mistaken_outcomes, outcomes
from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type

FIRST = "the first check has something to say; put that right before the edges"


def _would_repeat(ids, n, vocab):
    """By trying: append each token, and look whether the last n tokens stand there earlier."""
    found = []
    for token in range(vocab):
        text = [*ids, token]
        last = text[len(text) - n :]
        if len(text) > n and any(text[start : start + n] == last for start in range(len(text) - n)):
            found.append(token)
    return found


def _found(ids, size):
    """The tokens after the last `size` tokens wherever they stand, in the order of the places."""
    last = ids[len(ids) - size :]
    return [ids[start + size] for start in range(len(ids) - size) if ids[start : start + size] == last]


def _in_any_order(ids, size):
    """The same, where the last tokens may stand in another order."""
    last = sorted(ids[len(ids) - size :])
    return sorted({ids[at + size] for at in range(len(ids) - size) if sorted(ids[at : at + size]) == last})


def _repeating(rng, n):
    """A text whose last n - 1 tokens stood there five times, among runs that look like them and are followed by others.

    0 to 3 are in the last tokens, 5 to 8 follow them, 9 to 11 follow shorter ends of them, 12 or 13 the first and the
    last of them with others between, 14 the same in another order. 15 to 19 fill gaps, 20 and 21 stand before runs.
    """
    size, (one, two) = n - 1, (20, 21)
    last = rng.permutation(4)[:size].tolist()
    runs = [[*last, 8], [one, *last, 5], [one, *last, 5], [two, one, *last, 6], [*last, 7]]
    runs += [[*last[size - short :], 8 + short] for short in range(1, size)]  # a filler stands before each
    if size > 1:
        runs.insert(int(rng.integers(1, 5)), [*last[::-1], 14])
    if size > 2:
        runs.insert(int(rng.integers(1, 5)), [last[0], *[15] * (size - 2), last[-1], int(rng.integers(12, 14))])
    gaps = [rng.integers(15, 20, 2).tolist() for _ in runs]
    ids = [token for gap, run in zip(gaps, runs) for token in (*gap, *run)]
    return [int(token) for token in (*ids, two, one, *last)]


def _blocked_suspects(ids, n):
    """What misconceptions give for such a text."""
    found = _found(ids, n - 1)
    suspects = {
        "that is the token after the first place only; look at all places": found[:1],
        "that is the token after the last place only; look at all places": found[-1:],
        "the last n - 1 tokens must stand there in the same order; you compared them in any order": _in_any_order(
            ids, n - 1
        ),
        "each token once, please: it stands in your list as often as it was found": sorted(found),
        "sorted, please: the smallest id first": list(dict.fromkeys(found)),
        "those are all tokens of the text: only those that would complete an n-gram": sorted(set(ids)),
    }
    for size in range(1, n + 2):
        said = f"with n = {n}, compare the last n - 1 = {n - 1}; that is the answer for the last {size}"
        if size != n - 1:
            suspects[said] = sorted(set(_found(ids, size)))
    return suspects


@exercise(points=3, minutes=20, difficulty=1)
def blocked(answer, rng):
    for n in (3, 2, 4, 5, 3):
        ids = _repeating(rng, n)
        got = answer(ids, n)
        expect_type(got, list)
        expect_equal(
            got,
            _would_repeat(ids, n, 22),
            "these are not the tokens that would complete an n-gram of the text for the second time",
            suspects=_blocked_suspects(ids, n),
        )
    # "a a a": the n-gram that ends with the text overlaps the one to come
    token = int(rng.integers(9))
    expect_equal(
        answer([token] * 3, 3),
        [token],
        "the two n-grams may overlap: after a, a, a the next a repeats (a, a, a)",
    )


@blocked.part(points=1)
def blocked_at_the_edges(answer, rng):
    for n in (3, 2, 4):
        ids = _repeating(rng, n)
        expect_equal(answer(ids, n), _would_repeat(ids, n, 22), FIRST)
    ids = [int(token) for token in rng.permutation(9)[:4]]
    expect_equal(
        answer(ids, 1),
        sorted(ids),
        "with n = 1 every token that has occurred is blocked",
        suspects={
            "with n = 1 you found nothing, and every token that has occurred is blocked. If you slice with `ids[-0:]`: "
            "that is the whole list, not the empty one": []
        },
    )
    for short in ([], ids[:1], ids[:2]):
        expect_equal(answer(short, 4), [], "a text of fewer than n tokens holds no n-gram: nothing is blocked")
    expect_equal(answer(ids, 3), [], "no two tokens of this text stand there twice: nothing is blocked")


def _typical(probs, mass, key, *, inclusive=True, rest=None):
    """Keep tokens in the order of a key until the mass is reached, and divide by what they hold."""
    order = np.argsort(key, kind="stable")
    before = np.cumsum(probs[order]) - probs[order]
    kept = order[before < mass] if inclusive else order[before + probs[order] <= mass]
    out = np.zeros_like(probs)
    out[kept] = probs[kept]
    total = out.sum() if rest is None else rest
    return out / total if total else out


def _typical_suspects(probs, mass):
    """The right answer, and what misconceptions give."""
    surprise = -np.log(probs)
    entropy = float((probs * surprise).sum())
    far = np.abs(surprise - entropy)
    keys = {
        "those are the likeliest tokens, as in top-p; take those whose surprise is nearest to the entropy, on either "
        "side of it: the distance has no sign": -probs,
        "those are the least likely tokens; take those whose surprise is nearest to the entropy, on either side of it: "
        "the distance has no sign": probs,
        "those are the tokens whose surprise is farthest from the entropy; the nearest come first": -far,
        "the entropy weighs each surprise with its probability; you took the plain mean": np.abs(
            surprise - surprise.mean()
        ),
        "the entropy is the mean surprise, each weighed with its probability; you took the median": np.abs(
            surprise - np.median(surprise)
        ),
        "surprise and entropy in one unit, please: one is in bits, the other in nats": np.abs(
            surprise - entropy / np.log(2)
        ),
        "one unit, please: your surprise is in bits, your entropy in nats": np.abs(surprise / np.log(2) - entropy),
    }
    suspects = {said: _typical(probs, mass, key) for said, key in keys.items()}
    suspects["the kept tokens are right; divide their probabilities by what they hold together"] = _typical(
        probs, mass, far, rest=1.0
    )
    suspects["the token with which the mass is reached belongs to them: one is missing"] = _typical(
        probs, mass, far, inclusive=False
    )
    want = _typical(probs, mass, far)
    suspects["the kept tokens are right, and get equal shares; divide their own probabilities by what they hold"] = (
        want > 0
    ) / (want > 0).sum()
    return want, suspects


@exercise(points=4, minutes=30, difficulty=2)
def keep_typical(answer, rng):
    # at a mass of about 0.3 most misconceptions differ; above it, many keep the same tokens
    for size, mass, tries in ((30, 0.3, 300), (20, 0.3, 300), (12, 0.6, 1), (20, 0.9, 1), (30, 0.15, 1)):
        for _ in range(tries):
            probs = np.exp(1.7 * rng.standard_normal(size))
            probs /= probs.sum()
            want, suspects = _typical_suspects(probs, mass)
            answers = np.stack([want, *suspects.values()])
            if len(np.unique(answers.round(9), axis=0)) == len(answers) and answers.sum(1).min() > 0:
                break
        expect_close(
            answer(probs, mass), want, "these are not the typical tokens, with their shares", suspects=suspects
        )


@keep_typical.part(points=1)
def keep_typical_zeros(answer, rng):
    whole = rng.dirichlet(np.ones(12))
    expect_close(answer(whole, 0.5), _typical_suspects(whole, 0.5)[0], FIRST)
    probs, want, by_place = np.zeros(9), np.zeros(9), np.zeros(9)
    while np.allclose(want, by_place):
        places = rng.permutation(9)[:5]
        small = rng.dirichlet(np.ones(5))
        probs, want = np.zeros(9), np.zeros(9)
        probs[places] = small
        want[places] = _typical_suspects(small, 0.5)[0]
        by_place = _typical(probs, 0.5, np.zeros(9))
    said = "0 · log 0 is nan in NumPy, and with it the entropy; a token without probability adds 0"
    with np.errstate(all="ignore"):
        got = np.asarray(answer(probs, 0.5), dtype=float)
        all_of_them = np.asarray(answer(probs, 1.0), dtype=float)
    expect(not np.isnan(got).any(), said, got=got)
    expect_close(
        got,
        want,
        "tokens without probability change neither the entropy nor the others",
        suspects={said: by_place},
    )
    expect_close(all_of_them, probs, "a mass of 1 keeps every token that has a probability", atol=1e-7)


def _telling_draws(rng, size):
    """p, q, points, the right outcomes and those of the mistakes, which all differ; for few tokens, nearly all."""
    for _ in range(30):
        p = q = np.zeros(size)
        while (p - q > 0.05).sum() < 2:  # with one token alone, there is nothing to draw
            p, q = rng.dirichlet(np.ones(size)), rng.dirichlet(np.ones(size))
        points = drawn_points(rng, q)
        want, suspects = outcomes(p, q, points, *RIGHT), mistaken_outcomes(p, q, points)
        if len({tuple(tokens) for tokens in (want, *suspects.values())}) == len(suspects) + 1:
            break
    return p, q, points, want, suspects


@exercise(points=4, minutes=25, difficulty=3)
def keep_or_replace(answer, rng):
    for size in (5, 8, 3):
        p, q, points, want, suspects = _telling_draws(rng, size)
        got = [answer(p, q, token, u, w) for token, u, w in points]
        for one in got:
            expect(
                isinstance(one, (int, np.integer)) and not isinstance(one, bool) and 0 <= one < size,
                "return the number of a token, an integer",
                got=one,
            )
        place = next((n for n, (a, b) in enumerate(zip(got, want)) if a != b), 0)
        expect_equal(
            [int(one) for one in got],
            want,
            "some tokens are not what the rule gives",
            suspects=suspects,
            on="150 points with p = {}, q = {}; the first difference at token={}, u={:.3f}, w={:.3f}".format(
                np.round(p, 3).tolist(), np.round(q, 3).tolist(), *points[place]
            ),
        )


@keep_or_replace.part(points=1)
def keep_or_replace_at_the_edges(answer, rng):
    p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6))
    points = drawn_points(rng, q)
    got = [int(answer(p, q, token, u, w)) for token, u, w in points]
    expect_equal(got, outcomes(p, q, points, *RIGHT), FIRST, on="")
    a, b = rng.uniform(0.2, 0.4, 2)
    p, q = np.array([0.0, a, 0.0, 1 - a]), np.array([0.2, 0.8 - b, 0.0, b])
    expect_equal(
        int(answer(p, q, 0, 0.0, 0.5)),
        3,
        "u may be exactly 0, and a token that the model rules out must not pass: keep it when u < p / q, not <=",
    )
    expect_equal(
        int(answer(p, q, 0, 0.5, 0.0)),
        3,
        "w may be exactly 0, and the token drawn must have something in p beyond q: take the first whose running sum "
        "is above w, not at it",
    )
    expect_equal(int(answer(q, q, 1, 1 - 1e-12, 0.3)), 1, "where p and q are the same, every drafted token is kept")
