"""Checks for the exercises to lesson 23, `compression`."""

from itertools import pairwise

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape


def _errors(weights, bits, shares, *, top=None, low=None, high=None, largest=None, power=2, whole=np.round):
    """For each share: the error of the rounded weights, and the scale."""
    top = 2 ** (bits - 1) - 1 if top is None else top
    low = -top if low is None else low
    largest = np.abs(weights).max() if largest is None else largest
    found = []
    for share in shares:
        scale = share * largest / top
        q = np.clip(whole(weights / scale), low, top if high is None else high)
        found.append((float((np.abs(q * scale - weights) ** power).sum()), float(scale), float(share)))
    return found


def _walk(errors):
    """The first error after which the next one is larger."""
    for this, following in pairwise(errors):
        if following[0] > this[0]:
            return this
    return errors[-1]


def _scales(weights, bits, shares):
    """The best scale, and for each belief about it the one that it leads to."""
    m = 2 ** (bits - 1) - 1
    errors = _errors(weights, bits, shares)
    falling = sorted(errors, key=lambda one: -one[1])
    other = lambda **changes: min(_errors(weights, bits, shares, **changes))[1]
    best = min(errors)
    return best[1], {
        "that is the share, not the scale: the scale is share · max|w| / largest whole number": best[2],
        "that is the error, not the scale": best[0],
        "the largest weight got its place: among the shares, another has the smaller error": falling[0][1],
        "you took the smallest share: what lies beyond the largest whole number must be cut off there (clip), and then "
        "its error counts": falling[-1][1],
        "the first share was kept: compare the errors of all": errors[0][1],
        "the last share was kept: compare the errors of all": errors[-1][1],
        "the search stopped where the error rose for the first time; it can fall again below that: compare all": _walk(
            falling
        )[1],
        "the shares come in any order, and an error that rises can fall again: compare the errors of all": _walk(
            errors
        )[1],
        "from the smallest share up, the search stopped at the first rise; the error can fall again": _walk(
            falling[::-1]
        )[1],
        "what lies beyond the largest whole number must be cut off there: clip": other(low=-np.inf, high=np.inf),
        "the whole numbers run from -m to m: yours go down to -m - 1": other(low=-m - 1),
        "round to the *nearest* whole number: yours are cut off towards 0": other(whole=np.trunc),
        "round to the *nearest* whole number: yours are rounded down": other(whole=np.floor),
        "the largest weight is the largest in size: a negative one counts, too": other(largest=weights.max()),
        "the largest whole number is one less than 2 to the power of bits - 1": other(top=m + 1),
        "one of the bits is for the sign: with 4 bits, the largest whole number is 7, not 15": other(top=2 * m + 1),
        "the errors are squared before they are added up": other(power=1),
    }


def _cases(rng):
    """Weights, bits and shares: some with one outlier, below 0, and some few, whose error has several valleys."""
    for bits, size, way in ((4, 256, 0), (3, 256, 0), (5, 256, 0), (3, 16, 1), (3, 16, -1), (2, 8, -1)):
        for _ in range(300):
            weights = rng.standard_normal(size)
            weights[int(rng.integers(size))] = -rng.uniform(4.2, 5.5) if size == 256 else -rng.uniform(2.5, 3.5)
            shares = rng.permutation(np.linspace(0.3, 1, 15 if way else 8).round(2))
            errors = sorted(_errors(weights, bits, shares), key=lambda one: one[1])
            if way == 0 or _walk(errors[::way]) != min(errors):  # who stops at the first rise finds another
                break
        yield weights, bits, shares


@exercise(points=4, minutes=20, difficulty=1)
def best_scale(answer, rng):
    for _ in range(10):  # each belief should give another list of scales, so that none is blamed for another
        cases = list(_cases(rng))
        best, beliefs = zip(*(_scales(*case) for case in cases))
        suspects = {says: np.array([belief[says] for belief in beliefs]) for says in beliefs[0]}
        lists = [np.array(best), *suspects.values()]
        apart = [np.abs(a - b).max() > 1e-6 for i, a in enumerate(lists) for b in lists[:i]]
        if sum(apart) >= len(apart) - 1:  # without clipping, the smallest share is nearly always the best
            break
    got = []
    for case in cases:
        got.append(answer(*case))
        expect_shape(got[-1], (), "return one number, the scale")
    wrong = [case for case, mine, theirs in zip(cases, got, best) if not np.isclose(mine, theirs)] or cases
    weights, bits, shares = wrong[0]
    expect_close(
        np.array(got, float),
        np.array(best),
        "one of these is not the scale with the smallest squared error",
        suspects=suspects,
        on=f"several sets of weights; the first wrong one: {len(weights)} weights, {bits} bits, shares {shares}",
    )


def _mask(score, axis=0, keep_largest=True, strided=False):
    """Of each four along an axis, the two largest; equal scores do not occur."""
    score = np.moveaxis(score, axis, 0)
    n = len(score)
    groups = score.reshape(4, n // 4, -1).swapaxes(0, 1) if strided else score.reshape(n // 4, 4, -1)
    rank = groups.argsort(1).argsort(1)
    kept = rank >= 2 if keep_largest else rank < 2
    kept = kept.swapaxes(0, 1) if strided else kept
    return np.moveaxis(kept.reshape(score.shape), 0, axis)


@exercise(points=4, minutes=25, difficulty=2)
def two_of_four(answer, rng):
    for inputs, outputs in ((64, 4), (16, 8), (4, 12)):
        weight = rng.standard_normal((inputs, outputs))
        norms = rng.uniform(0.1, 5, inputs)
        score = np.abs(weight) * norms[:, None]
        want = _mask(score)
        got = answer(weight, norms)
        expect_shape(got, weight.shape, "the mask has the shape of the matrix, (in, out)")
        expect(
            np.asarray(got).dtype == bool,
            "return a mask of bool: True where a weight stays",
            got=str(np.asarray(got).dtype),
        )
        by_norm = _mask(norms[:, None] + 0 * weight)
        one_mask = (np.asarray(got) == np.asarray(got)[:, :1]).all() and not np.array_equal(got, by_norm)
        expect(not one_mask, "each output has a mask of its own: yours is the same for all")
        order = score.reshape(-1, 4, outputs).argsort(1)
        half = np.argsort(np.argsort(score, 0), 0) >= inputs // 2
        all_of_it = np.argsort(np.argsort(score, None)).reshape(score.shape) >= score.size // 2
        suspects = {
            "the mask is turned round: True is for the weights that stay": ~want,
            "the norms of the inputs do not count in your answer": _mask(np.abs(weight)),
            "the weights do not count in your answer, the norms alone do": by_norm,
            "one argsort tells where the smallest score stands, then the next; for the rank of each, apply it twice": (
                order >= 2
            ).reshape(score.shape),
            "a weight below 0 can be large: compare sizes, |w|": _mask(weight * norms[:, None]),
            "the four stand below one another, along the inputs of one output; yours stand side by side": _mask(
                score, 1
            ),
            "the four are neighbours: 0 to 3, then 4 to 7; yours lie apart": _mask(score, strided=True),
            "half of each column stays in your answer; it must be two of each four": half,
            "half of the matrix stays in your answer; it must be two of each four": all_of_it,
            "multiply |w| by the norm: you divided": _mask(np.abs(weight) / norms[:, None]),
        }
        suspects = {says: other for says, other in suspects.items() if not np.array_equal(other, want)}
        expect_close(
            np.asarray(got, int),
            want.astype(int),
            "these are not the two of each four with the largest |w| · norm",
            suspects={says: other.astype(int) for says, other in suspects.items()},
        )


def _moved(x, weight, alpha, *, over=np.max, swapped=False):
    """Both sides after the scales have moved, and the scales."""
    a, w = over(np.abs(x), 0), over(np.abs(weight), 1)
    s = a ** (1 - alpha) / w**alpha if swapped else a**alpha / w ** (1 - alpha)
    return x / s, weight * s[:, None], s


@exercise(points=4, minutes=25, difficulty=2)
def migrate(answer, rng):
    for tokens, inputs, outputs in ((12, 6, 5), (30, 8, 3), (9, 4, 7)):
        x = rng.standard_normal((tokens, inputs)) * rng.uniform(0.5, 30, inputs)
        weight = rng.standard_normal((inputs, outputs)) * rng.uniform(0.2, 2, (inputs, 1))
        alpha = float(rng.uniform(0.6, 0.8))
        got = answer(x, weight, alpha)
        expect(
            isinstance(got, (tuple, list)) and len(got) == 2,
            "return two arrays: the new activations and the new matrix",
            got=type(got).__name__,
        )
        expect_shape(got[0], x.shape, "the new activations have the shape of the old, (T, in)")
        expect_shape(got[1], weight.shape, "the new matrix has the shape of the old, (in, out)")
        finite = np.isfinite(np.asarray(got[0])).all() and np.isfinite(np.asarray(got[1])).all()
        expect(finite, "a power of a number below 0 is nan: take sizes, |x| and |w|, before the powers")
        want_x, want_w, s = _moved(x, weight, alpha)
        pairs = {
            "the wrong way: activations are divided by s, and the matrix is multiplied": (x * s, weight / s[:, None]),
            "the activations are scaled, the matrix is not: the product is no longer the same": (want_x, weight),
            "the matrix is scaled, the activations are not: the product is no longer the same": (x, want_w),
            "alpha belongs to the activations, and 1 - alpha to the matrix": _moved(x, weight, alpha, swapped=True)[:2],
            "take the largest size of each channel, not the mean": _moved(x, weight, alpha, over=np.mean)[:2],
            "take the largest *size*: a number below 0 counts, too": _signed(x, weight, alpha),
            "multiply by w to the power of 1 - alpha? it belongs below the line: divide": _times(x, weight, alpha),
            "one s for all: each input channel has its own": _one(x, weight, alpha),
        }
        for says, pair in pairs.items():
            same = all(np.allclose(mine, theirs, rtol=1e-6) for mine, theirs in zip(got, pair))
            expect(not same, says)
        expect_close(
            np.asarray(got[0]) @ np.asarray(got[1]), x @ weight, "the product must stay the same", rtol=1e-6, atol=1e-8
        )
        expect_close(got[0], want_x, "the product is right; the scales are not those of the formula", rtol=1e-6)
        expect_close(got[1], want_w, "the matrix is not the one of the formula", rtol=1e-6)


def _signed(x, weight, alpha):
    s = np.abs(x.max(0)) ** alpha / np.abs(weight.max(1)) ** (1 - alpha)
    return x / s, weight * s[:, None]


def _times(x, weight, alpha):
    s = np.abs(x).max(0) ** alpha * np.abs(weight).max(1) ** (1 - alpha)
    return x / s, weight * s[:, None]


def _one(x, weight, alpha):
    s = np.abs(x).max() ** alpha / np.abs(weight).max() ** (1 - alpha)
    return x / s, weight * s


@migrate.part(points=1)
def migrate_zeros(answer, rng):
    for alpha in (0.5, 0.0, 1.0):
        for where in ("a channel of x that is all zeros", "a row of the matrix that is all zeros"):
            x, weight = rng.standard_normal((10, 5)), rng.standard_normal((5, 4)) * 3
            weight[0] = -np.abs(weight[0])  # sizes count, so this row is as good as any
            (x.T if "channel" in where else weight)[2] = 0
            try:
                with np.errstate(all="ignore"):
                    got = answer(x, weight, alpha)
            except ZeroDivisionError:
                got = x * np.nan, weight * np.nan
            new_x, new_w = (np.asarray(part) for part in got)
            others = [0, 1, 3, 4]
            here = np.isfinite(new_x[:, 2]).all() and np.isfinite(new_w[2]).all()
            elsewhere = np.isfinite(new_x[:, others]).all() and np.isfinite(new_w[others]).all()
            expect(
                elsewhere or not here,
                "channels without zeros give nan: take sizes, |x| and |w|, before the powers",
                on="",
            )
            expect(here, f"{where} gives a division by 0: there, s is 1", got="0 / 0", on="")
            expect_close(new_x @ new_w, x @ weight, "the product must stay the same", on=where)
            stays = np.allclose(new_x[:, 2], x[:, 2]) and np.allclose(new_w[2], weight[2])
            expect(
                stays or alpha == 0.5,
                "0 to the power of 0 is 1, so at alpha 0 or 1 a zero hides: look for zeros before you take the powers",
                on=f"{where}, alpha = {alpha}",
            )
            expect(stays, "where one of the two is all zeros, s is 1: the other stays as it is", on=where)
