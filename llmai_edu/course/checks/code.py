"""Checks for the exercises to lesson 27, `code`."""

from math import comb

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type, refuse

FIRST = "the first check has something to say; put that right before the edges"


def _sides(prefix, suffix, room, *, head=False, tail=False, even=False, odd=False):
    """Both sides shortened; the flags are mistakes: keep the head, the tail, halves that stay, the odd token."""
    room = max(room, 0)
    half = room - room // 2 if odd else room // 2
    before = min(len(prefix), max(half, room - len(suffix)))
    after = min(len(suffix), room - before)
    if even:
        before, after = min(len(prefix), room // 2), min(len(suffix), room - room // 2)
    return (
        prefix[:before] if head else prefix[len(prefix) - before :],
        suffix[len(suffix) - after :] if tail else suffix[:after],
    )


def _spm(prefix, middle, suffix, room, marks, **mistakes):
    before, after = _sides(prefix, suffix, room, **mistakes)
    return [marks["prefix"], marks["suffix"], *after, marks["middle"], *before, *middle, marks["end"]]


def _spm_suspects(prefix, middle, suffix, room, marks):
    before, after = _sides(prefix, suffix, room)
    p, s, m, end = (marks[name] for name in ("prefix", "suffix", "middle", "end"))
    return {
        "that is prefix, suffix, middle (PSM), as on the page; here the suffix comes first": [
            *(p, *before, s, *after, m),
            *middle,
            end,
        ],
        "the order is right, the end token is missing: a model would never learn to stop": [
            *(p, s, *after, m, *before),
            *middle,
        ],
        "the middle mark stands before the middle itself in your row; here it stands before the prefix, so that the "
        "middle goes on from the prefix without a break": [p, s, *after, *before, m, *middle, end],
        "the prefix mark comes first, directly before the suffix mark; you put it before the prefix": [
            *(s, *after, m, p, *before),
            *middle,
            end,
        ],
        "the prefix mark comes first, directly before the suffix mark, and the middle mark before the prefix; you put "
        "each mark before its own part": [*(s, *after, p, *before, m), *middle, end],
        "the prefix comes before the middle, as in the text; in your row it is the other way round": [
            *(p, s, *after, m, *middle),
            *before,
            end,
        ],
        "of a prefix that is too long the last tokens stay, those next to the gap; you kept its first ones": _spm(
            prefix, middle, suffix, room, marks, head=True
        ),
        "of a suffix that is too long the first tokens stay, those next to the gap; you kept its last ones": _spm(
            prefix, middle, suffix, room, marks, tail=True
        ),
        "what one side does not need of its half, the other side gets": _spm(
            prefix, middle, suffix, room, marks, even=True
        ),
        "where `room` is odd, the prefix has a right to `room // 2`: the odd token belongs to the suffix": _spm(
            prefix, middle, suffix, room, marks, odd=True
        ),
        "nothing was shortened: prefix and suffix together may have `room` tokens": _spm(
            prefix, middle, suffix, 10**6, marks
        ),
    }


def _row(rng, sizes, room):
    ids = rng.permutation(900)[: sum(sizes) + 4].tolist()
    marks = {name: int(id) for name, id in zip(("prefix", "suffix", "middle", "end"), ids)}
    rest, parts = ids[4:], []
    for size in sizes:
        parts.append([int(id) for id in rest[:size]])
        rest = rest[size:]
    return (*parts, room, marks)


@exercise(points=3, minutes=20, difficulty=1)
def spm_row(answer, rng):
    for sizes, room in (((3, 2, 4), 20), ((9, 2, 9), 8), ((2, 3, 12), 9), ((12, 1, 3), 9), ((8, 2, 8), 7)):
        prefix, middle, suffix, room, marks = _row(rng, sizes, room)
        got = answer(list(prefix), list(middle), list(suffix), room, dict(marks))
        expect_type(got, list)
        expect_equal(
            got,
            _spm(prefix, middle, suffix, room, marks),
            "these are not the tokens of the row in the order suffix, prefix, middle",
            suspects=_spm_suspects(prefix, middle, suffix, room, marks),
        )


@spm_row.part(points=1)
def spm_row_at_the_edges(answer, rng):
    prefix, middle, suffix, room, marks = _row(rng, (5, 2, 5), 8)
    expect_equal(answer(prefix, middle, suffix, room, marks), _spm(prefix, middle, suffix, room, marks), FIRST, on="")
    for sizes, room in (((5, 2, 5), 0), ((0, 2, 5), 3), ((5, 2, 0), 3), ((5, 0, 5), 7), ((5, 2, 5), 1)):
        prefix, middle, suffix, room, marks = _row(rng, sizes, room)
        whole, tail = _spm(prefix, middle, suffix, room, marks), len(middle) + 1
        said = "with no room left, nothing of the prefix stays. If you slice with `prefix[-0:]`: that is the whole list"
        expect_equal(
            answer(prefix, middle, suffix, room, marks),
            whole,
            f"this is not the row for a room of {room}, {len(prefix)} tokens before the gap and {len(suffix)} after",
            suspects={} if room else {said: [*whole[:-tail], *prefix, *whole[-tail:]]},
        )


@exercise(points=3, minutes=20, difficulty=2)
def pass_hat_k(answer, rng):
    for n, k in ((10, 3), (5, 2), (12, 4)):
        right = np.sort(rng.permutation(n - k)[:3] + k)
        right = np.array([*right, k])
        got = answer(right, n, k)
        expect_type(got, np.ndarray)
        share = right / n
        none = np.array([comb(n - c, k) / comb(n, k) for c in right])
        expect_close(
            got,
            np.array([comb(c, k) / comb(n, k) for c in right]),
            "these are not the shares of the choices of k answers in which all are right",
            suspects={
                "that is pass@k: at least one of k is right. Here all k must be": 1 - none,
                "that is the chance that none of the k is right; all k must be": none,
                "(c/n)^k draws the same answer again and again, and is too large on the mean; count choices of k "
                "different answers": share**k,
                "that is the chance that one answer is right, c/n: k is not in it": share,
                "that is 1 - (1 - c/n)^k: at least one, and drawn with replacement": 1 - (1 - share) ** k,
                "the first is drawn from n programs, each further one from those that are left; you divided by n each "
                "time": np.array([comb(int(c), k) / comb(n, k) for c in right]) * np.prod((n - np.arange(k)) / n),
                "that is the chance that not all are right": 1 - np.array([comb(c, k) / comb(n, k) for c in right]),
            },
        )


@pass_hat_k.part(points=1)
def pass_hat_k_at_the_edges(answer, rng):
    right = np.array([3, 5, 8])
    expect_close(
        np.asarray(answer(right, 10, 2), float), np.array([comb(int(c), 2) / comb(10, 2) for c in right]), FIRST
    )
    k = int(rng.integers(3, 6))
    got = np.asarray(answer(np.array([0, 1, k - 1, k, 9]), 9, k), float)
    expect_close(
        got,
        np.array([0, 0, 0, 1 / comb(9, k), 1]),
        "with fewer right answers than k, no choice of k has all right: 0; and with all right it is 1",
    )
    n, right = 400, np.array([200, 300, 399, 400])
    try:
        with np.errstate(all="ignore"):
            got = np.asarray(answer(right, n, 150), float)
    except OverflowError as error:
        said = f"with n = 400 a number on the way has become too large (OverflowError: {error}), as factorials do"
        refuse(f"{said}: multiply k fractions instead, each at most 1")
    expect(
        bool(np.isfinite(got).all()),
        "with n = 400 the numbers of choices are too large for a float: multiply k fractions instead, each at most 1",
        got=got,
    )
    truth = np.array([comb(int(c), 150) / comb(n, 150) for c in right])
    expect(
        bool(np.allclose(got, truth, rtol=1e-6, atol=0)),
        "with n = 400 and k = 150 this is wrong; whole numbers of NumPy overflow",
        got=got,
    )


def _all_k(scores, place, rule):
    """What a rule gives for every k; rule: (better, equal, worse, k) -> a number."""
    better, equal, worse = (
        int(x.sum()) for x in (scores > scores[place], scores == scores[place], scores < scores[place])
    )
    return np.array([rule(better, equal, worse, k) for k in range(1, len(scores) + 1)], float)


def _clamp(x):
    return min(max(x, 0.0), 1.0)


RULES = {
    "you gave the line the best place among its equals. Whoever gives all lines one score would win": (
        lambda better, equal, worse, k: better < k
    ),
    "you gave the line the worst place among its equals": lambda better, equal, worse, k: better + equal <= k,
    "the better ones all stand before it for sure: only k less their number is left for its equals": (
        lambda better, equal, worse, k: _clamp(k / equal)
    ),
    "the highest score comes first: you counted from the lowest": (
        lambda better, equal, worse, k: _clamp((k - worse) / equal)
    ),
    "the line belongs to its equals: divide by their number, itself included": (
        lambda better, equal, worse, k: _clamp((k - better) / (equal - 1))
    ),
    "that is k over the number of all lines: the scores are not in it": (
        lambda better, equal, worse, k: k / (better + equal + worse)
    ),
    "where the better lines fill all k places the chance is 0, no less than that": (
        lambda better, equal, worse, k: min((k - better) / equal, 1.0)
    ),
    "where there is room for all of its equals the chance is 1, no more than that": (
        lambda better, equal, worse, k: max((k - better) / equal, 0.0)
    ),
}


@exercise(points=4, minutes=25, difficulty=3)
def chance_in_first(answer, rng):
    for better, equal, worse in ((2, 3, 4), (3, 4, 1), (1, 3, 3)):
        scores = np.array([3.0] * better + [2.0] * equal + [1.0] * worse)
        scores = scores[rng.permutation(len(scores))]
        place = int(np.flatnonzero(scores == 2.0)[1])
        order = np.argsort(-scores, kind="stable").tolist()
        suspects = {said: _all_k(scores, place, rule) for said, rule in RULES.items()}
        suspects["you broke the ties by the order of the lines; by lot, please"] = np.array(
            [float(order.index(place) < k) for k in range(1, len(scores) + 1)]
        )
        expect_close(
            np.array([float(answer(scores, place, k)) for k in range(1, len(scores) + 1)]),
            _all_k(scores, place, lambda better, equal, worse, k: _clamp((k - better) / equal)),
            "these are not the chances that the line is among the first k when ties are broken by lot",
            suspects=suspects,
            on=f"scores = {scores.tolist()}, place = {place}, k = 1 to {len(scores)}",
        )


@chance_in_first.part(points=1)
def chance_in_first_at_the_edges(answer, rng):
    scores = np.array([2.0, 1.0, 1.0, 1.0, 0.0])
    expect_close(float(answer(scores, 2, 2)), 1 / 3, FIRST)
    scores = rng.permutation(9).astype(float)
    best, worst = int(scores.argmax()), int(scores.argmin())
    expect_close(float(answer(scores, best, 1)), 1.0, "without ties the best line is first for sure: 1")
    expect_close(
        float(answer(scores, worst, 3)), 0.0, "eight lines are better, and k is 3: the chance is 0, no less than that"
    )
    expect_close(float(answer(scores, worst, 9)), 1.0, "among nine lines every one is among the first nine: 1")
    expect_close(
        float(answer(np.zeros(5), 3, 40)), 1.0, "with k larger than the number of lines the chance is 1, not more"
    )
    expect_close(float(answer(np.zeros(8), 3, 2)), 0.25, "of eight equal lines, each is among the first two with 2/8")
    near = 1 + 1e-4 * rng.permutation(4)
    expect_close(
        np.array([float(answer(near, place, 2)) for place in range(4)]),
        (near > np.median(near)).astype(float),
        "scores that differ by a little are not equal: the higher one comes first, and no lot is drawn",
        on=f"scores = {near.tolist()}, k = 2, place = 0 to 3",
    )
