"""Checks for the exercises to lesson 23, `compression`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape


def _errors(weights, bits, shares, *, top=None, largest=None, clip=True, power=2):
    """For each share: the error of the rounded weights, and the scale."""
    top = 2 ** (bits - 1) - 1 if top is None else top
    largest = np.abs(weights).max() if largest is None else largest
    found = []
    for share in shares:
        scale = share * largest / top
        q = np.round(weights / scale)
        q = np.clip(q, -top, top) if clip else q
        found.append((float((np.abs(q * scale - weights) ** power).sum()), float(scale), float(share)))
    return found


@exercise(points=4, minutes=20, difficulty=1)
def best_scale(answer, rng):
    shares = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    for bits in (4, 3, 4, 5):
        while True:  # the outlier is negative; the best scale is neither the first nor the last
            weights = rng.standard_normal(256)
            weights[int(rng.integers(256))] = -rng.uniform(4.2, 5.5)
            mixed = rng.permutation(shares)
            errors = _errors(weights, bits, mixed)
            best = min(errors)
            absolute = min(_errors(weights, bits, mixed, power=1))
            loose = min(_errors(weights, bits, mixed, clip=False))
            apart = {best[1], absolute[1], loose[1], errors[0][1], errors[-1][1], max(e[1] for e in errors)}
            if len(apart) == 6:
                break
        got = answer(weights, bits, mixed)
        suspects = {
            "that is the share, not the scale: the scale is share · max|w| / largest whole number": best[2],
            "that is the error, not the scale": best[0],
            "the largest weight got its place: among the shares, another has the smaller error": max(
                errors, key=lambda one: one[1]
            )[1],
            "the first share was kept: compare the errors of all": errors[0][1],
            "the last share was kept: compare the errors of all": errors[-1][1],
            "what lies beyond the largest whole number must be cut off there: clip": loose[1],
            "the largest weight is the largest in size: a negative one counts, too": min(
                _errors(weights, bits, mixed, largest=weights.max())
            )[1],
            "the largest whole number is one less than 2 to the power of bits - 1": (
                min(_errors(weights, bits, mixed, top=2 ** (bits - 1)))[1]
            ),
            "one of the bits is for the sign: with 4 bits, the largest whole number is 7, not 15": min(
                _errors(weights, bits, mixed, top=2**bits - 1)
            )[1],
            "the errors are squared before they are added up": absolute[1],
        }
        suspects = {says: value for says, value in suspects.items() if abs(value - best[1]) > 1e-9}
        expect_close(got, best[1], "this is not the scale with the smallest squared error", suspects=suspects)


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
    for inputs, outputs in ((8, 4), (16, 8), (4, 12)):
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
        half = np.argsort(np.argsort(score, 0), 0) >= inputs // 2
        all_of_it = np.argsort(np.argsort(score, None)).reshape(score.shape) >= score.size // 2
        suspects = {
            "the mask is turned round: True is for the weights that stay": ~want,
            "the norms of the inputs do not count in your answer": _mask(np.abs(weight)),
            "the weights do not count in your answer, the norms alone do": _mask(norms[:, None] + 0 * weight),
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
    for where in ("a channel of x that is all zeros", "a row of the matrix that is all zeros"):
        x, weight = rng.standard_normal((10, 5)), rng.standard_normal((5, 4)) * 3
        (x.T if "channel" in where else weight)[2] = 0
        try:
            with np.errstate(divide="raise", invalid="raise"):
                got = answer(x, weight, 0.5)
        except (FloatingPointError, ZeroDivisionError):
            got = None
        finite = got is not None and all(np.isfinite(np.asarray(part)).all() for part in got)
        expect(finite, f"{where} gives a division by 0: there, s is 1", got="0 / 0", on="")
        expect_close(np.asarray(got[0]) @ np.asarray(got[1]), x @ weight, "the product must stay the same", on=where)
        stays = np.allclose(got[0][:, 2], x[:, 2]) and np.allclose(got[1][2], weight[2])
        expect(stays, "where one of the two is all zeros, s is 1: the other stays as it is", on=where)
