"""Checks for the exercises to lesson 22, `decoding`."""

import numpy as np

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


def _after(ids, last, starts):
    """The tokens after `last` at those of `starts` where it stands."""
    size = len(last)
    return [ids[start + size] for start in starts if ids[start : start + size] == last]


def _repeating(rng, n):
    """A text in which the last n - 1 tokens have stood at least twice before, with different ones after them."""
    last = rng.integers(0, 4, n - 1).tolist()
    filler = [rng.integers(4, 9, 3).tolist() for _ in range(4)]
    ids = [*filler[0], *last, 8, *filler[1], *last, 5, *filler[2], *last, 5, *filler[3], *last, 7, *last]
    return [int(token) for token in ids]


@exercise(points=3, minutes=20, difficulty=1)
def blocked(answer, rng):
    for n in (3, 2, 4, 3):
        ids = _repeating(rng, n)
        size, last = n - 1, ids[len(ids) - (n - 1) :]
        want = _would_repeat(ids, n, 9)
        places = [start for start in range(len(ids) - size) if ids[start : start + size] == last]
        got = answer(ids, n)
        expect_type(got, list)
        expect_equal(
            got,
            want,
            "these are not the tokens that would complete an n-gram of the text for the second time",
            suspects={
                "that is the token after the first place only; look at all places": [ids[places[0] + size]],
                "that is the token after the last place only; look at all places": [ids[places[-1] + size]],
                "compare the last n - 1 tokens, not the last n: the nth is the one to come": sorted(
                    set(_after(ids, ids[-n:], range(len(ids) - n)))
                ),
                "compare the last n - 1 tokens; you compared one fewer": sorted(
                    set(_after(ids, ids[len(ids) - n + 2 :], range(len(ids) - n + 2)))
                ),
                "each token once, please: it stands in your list as often as it was found": sorted(
                    _after(ids, last, range(len(ids) - size))
                ),
                "sorted, please: the smallest id first": list(dict.fromkeys(_after(ids, last, places))),
                "those are all tokens of the text: only those that would complete an n-gram": sorted(set(ids)),
            },
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
    ids = _repeating(rng, 3)
    expect_equal(answer(ids, 3), _would_repeat(ids, 3, 9), FIRST)
    ids = [int(token) for token in rng.permutation(9)[:4]]
    expect_equal(
        answer(ids, 1),
        sorted(ids),
        "with n = 1 every token that has occurred is blocked",
        suspects={"with n = 1 nothing was found: `ids[-0:]` is the whole list, not the empty one": []},
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
    return _typical(probs, mass, far), suspects


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


def _walk(weights, w):
    """The token at which the running sum of the weights first exceeds w times their sum."""
    running = np.cumsum(weights)
    return int(min(np.searchsorted(running, w * running[-1], side="right"), len(weights) - 1))


def _outcomes(p, q, points, ratio, rest):
    """What a rule returns at each point (token, u, w): keep below the ratio, or else draw from the rest."""
    return [token if u < ratio(p, q, token) else _walk(rest(p, q, token), w) for token, u, w in points]


def _ratio(p, q, token):
    return p[token] / q[token]


def _beyond(p, q, token):
    return np.maximum(p - q, 0)


def _without(p, q, token):
    return np.where(np.arange(len(p)) == token, 0, p)


RULES = {
    "the replacement is drawn from all of p: what was kept is counted twice. Draw it from what p has beyond q": (
        _ratio,
        lambda p, q, t: p,
    ),
    "the replacement is drawn from q; draw it from what p has beyond q": (_ratio, lambda p, q, t: q),
    "the replacement is drawn from p without the refused token; draw it from what p has beyond q": (_ratio, _without),
    "what p has beyond q is max(p - q, 0); you took the absolute difference": (_ratio, lambda p, q, t: np.abs(p - q)),
    "that is what q has beyond p; it is p that lacks something": (_ratio, lambda p, q, t: np.maximum(q - p, 0)),
    "keep the token with probability p / q; you have q / p": (lambda p, q, t: q[t] / p[t] if p[t] else 9, _beyond),
    "keep the token with probability p / q; you took p alone": (lambda p, q, t: p[t], _beyond),
    "a token with p below q is refused sometimes, not always: it stays with probability p / q": (
        lambda p, q, t: 1.0 if p[t] >= q[t] else 0.0,
        _beyond,
    ),
}


def _distributions(rng, size):
    """Two distributions of which neither is above the other everywhere, with zeros at different places."""
    p, q = rng.dirichlet(np.ones(size)), rng.dirichlet(np.ones(size))
    return p, q


@exercise(points=4, minutes=25, difficulty=3)
def keep_or_replace(answer, rng):
    for size in (5, 8, 3):
        p, q = _distributions(rng, size)
        points = [(int(rng.choice(size, p=q)), float(rng.random()), float(rng.random())) for _ in range(150)]
        want = _outcomes(p, q, points, _ratio, _beyond)
        got = [answer(p, q, token, u, w) for token, u, w in points]
        for one in got:
            expect(
                isinstance(one, (int, np.integer)) and not isinstance(one, bool) and 0 <= one < size,
                "return the number of a token, an integer",
                got=one,
            )
        suspects = {said: _outcomes(p, q, points, ratio, rest) for said, (ratio, rest) in RULES.items()}
        suspects["keep the token when u is below p / q, not when it is above"] = [
            token if u > p[token] / q[token] else _walk(_beyond(p, q, token), w) for token, u, w in points
        ]
        beyond = _beyond(p, q, 0)
        suspects["divide what p has beyond q by its sum before you compare the running sum with w"] = [
            token
            if u < p[token] / q[token]
            else int(min(np.searchsorted(np.cumsum(beyond), w, side="right"), size - 1))
            for token, u, w in points
        ]
        suspects["every drafted token was kept: then the text has the draft's distribution"] = [t for t, _, _ in points]
        suspects["u decides about keeping and w draws the replacement; you used u for both"] = [
            token if u < p[token] / q[token] else _walk(beyond, u) for token, u, w in points
        ]
        place = next((n for n, (a, b) in enumerate(zip(got, want)) if a != b), 0)
        token, u, w = points[place]
        expect_equal(
            [int(one) for one in got],
            want,
            "some tokens are not what the rule gives",
            suspects=suspects,
            on=f"150 points with p = {np.round(p, 3).tolist()}, q = {np.round(q, 3).tolist()}; the first difference at "
            f"token={token}, u={u:.3f}, w={w:.3f}",
        )


@keep_or_replace.part(points=1)
def keep_or_replace_at_the_edges(answer, rng):
    p, q = _distributions(rng, 6)
    points = [(int(rng.choice(6, p=q)), float(rng.random()), float(rng.random())) for _ in range(150)]
    got = [int(answer(p, q, token, u, w)) for token, u, w in points]
    expect_equal(got, _outcomes(p, q, points, _ratio, _beyond), FIRST, on="")
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
