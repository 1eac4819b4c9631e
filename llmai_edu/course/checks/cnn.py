"""Checks for the exercises to lesson 06, `cnn`."""

from itertools import product
from warnings import catch_warnings, simplefilter

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, refuse


def _pooled(scores, ends):
    """For each sentence the largest scores of its first places; a sentence without any gives minus infinity."""
    return np.array([one[:end].max(axis=0, initial=-np.inf) for one, end in zip(scores, ends)])


@exercise(points=3, minutes=15, difficulty=2)
def strongest(answer, rng):
    for width, filters in ((3, 6), (2, 4), (4, 5)):
        lengths = rng.permutation([width, width + 1, width + 2, 9])
        places = 9 - width + 1
        # All negative, and the later the larger: who reads beyond the end finds something better there.
        scores = rng.uniform(-5, -3, (4, places, filters)) + 0.2 * np.arange(places)[None, :, None]
        fit = lengths - width + 1
        inside = np.arange(places) < fit[:, None]
        zeroed = np.where(inside[:, :, None], scores, 0)
        on = f"4 sentences of {', '.join(map(str, lengths))} words, {filters} filters of width {width}"
        got = np.asarray(answer(scores, lengths, width), dtype=float)
        said = "it must return (B, F), the maximum over the places (axis 1) for each sentence and filter"
        expect(got.shape == (4, filters), said, got=got.shape, want=(4, filters), on=f"scores {scores.shape}; {on}")
        expect_close(
            got,
            _pooled(scores, fit),
            "this is not the largest score inside each sentence",
            suspects={
                "you read over the padding: the later places of a short sentence must not count": scores.max(axis=1),
                "a phrase of `width` words that begins at the last words reaches into the padding: the last place that "
                "counts is length - width": _pooled(scores, lengths),
                "one place too many: the last one that counts is length - width": _pooled(scores, fit + 1),
                "you leave out the last phrase that fits: `length - width` is a place that counts, too": (
                    _pooled(scores, fit - 1)
                ),
                "every sentence has its own length; you cut all at the shortest": _pooled(
                    scores, np.full(4, lengths.min() - width + 1)
                ),
                "places that do not count became 0, which beats every negative score: use minus infinity": zeroed.max(
                    axis=1
                ),
                "no ReLU here: the largest score may be negative": np.maximum(_pooled(scores, fit), 0),
                "this is the mean over the places; a max keeps the strongest alone": np.array(
                    [one[:end].mean(axis=0) for one, end in zip(scores, fit)]
                ),
            },
            on=on,
        )


@strongest.part(points=1)
def strongest_short(answer, rng):
    width = int(rng.integers(3, 6))
    lengths = np.array([1, width - 1, width])
    scores = np.cumsum(rng.uniform(0.1, 1, (3, 6, 4)), axis=1) - 9
    on = f"sentences of {', '.join(map(str, lengths))} words, filters of width {width}"
    try:
        got = np.asarray(answer(scores, lengths, width), dtype=float)
    except ValueError as error:
        if "zero-size" not in str(error):
            raise
        refuse(
            "no phrase fits into a sentence shorter than the filter, and NumPy takes no maximum of nothing: cut at "
            "one place at the least",
            on=on,
        )
    expect(got.shape == (3, 4), "it must return (B, F)", got=got.shape, want=(3, 4), on=on)
    expect_close(
        got,
        scores[:, 0],
        "wrong for sentences that are not longer than the filter",
        suspects={
            "no phrase fits into a sentence shorter than the filter, the maximum of nothing is minus infinity: take "
            "the score of the first place": np.where((lengths < width)[:, None], -np.inf, scores[:, 0]),
            "a sentence shorter than the filter got 0; take the score of its first place": np.where(
                (lengths < width)[:, None], 0, scores[:, 0]
            ),
            "a negative end counts from behind: length - width must be 0 at the least": _pooled(
                scores, [length - width + 1 or 6 for length in lengths]
            ),
            "a sentence shorter than the filter counts its first place only": _pooled(scores, lengths),
        },
        on=on,
    )


def _dilated(x, filters, biases, step):
    """NumPy's own correlation, with filters that have zeros between their rows."""
    count, width, channels = filters.shape
    stretched = np.zeros((count, (width - 1) * step + 1, channels))
    stretched[:, ::step] = filters
    return np.stack(
        [b + sum(np.correlate(x[:, c], f[:, c], "valid") for c in range(channels)) for f, b in zip(stretched, biases)],
        1,
    )


@exercise(points=3, minutes=20, difficulty=2)
def gappy_scores(answer, rng):
    for size, channels, count, width, step in ((11, 3, 4, 3, 2), (12, 2, 5, 2, 3), (13, 4, 2, 3, 4)):
        x, filters = rng.normal(size=(size, channels)), rng.normal(size=(count, width, channels))
        biases = rng.normal(size=count)
        want = _dilated(x, filters, biases, step)
        got = np.asarray(answer(x, filters, biases, step), dtype=float)
        plain, wider = _dilated(x, filters, biases, 1), _dilated(x, filters, biases, step + 1)
        on = f"{size} words, {count} filters of width {width}, step = {step}"
        expect(
            got.shape != want.T.shape or want.shape == want.T.shape,
            "the places come first, then the filters: yours is turned round",
            got=got.shape,
            want=want.shape,
            on=on,
        )
        jumps = plain[::step]
        for suspect, message in (
            (plain, "the words are neighbours; with `step` they must be that far apart"),
            (wider, "`step` is the distance: step = 2 skips one word, not two"),
            (jumps, "it is the filter's rows that are `step` apart; the places follow each other one by one"),
        ):
            alike = got.shape == suspect.shape and np.allclose(got, suspect)
            expect(not alike, message, got=got, want=want, on=on)
        fits = f"the filter spans (w - 1) * step + 1 words, so it fits at {len(want)} places"
        many = got.ndim == 2 and len(got) > len(want)
        said = f"the last places reach beyond the sentence: {fits}" if many else fits
        expect(got.shape == want.shape, said, got=got.shape, want=want.shape, on=on)
        expect_close(
            got,
            want,
            "these are not the scores of the filters with gaps",
            suspects={
                "add each filter's bias": want - biases,
                "the filter is upside down: its first row meets the first word": _dilated(
                    x, filters[:, ::-1], biases, step
                ),
                "the bias is added once for each place, not once for each row": want + (width - 1) * biases,
                "no ReLU here: a score may be negative": np.maximum(want, 0),
            },
            on=on,
        )


@gappy_scores.part(points=1)
def gappy_scores_plain(answer, rng):
    x, filters, biases = rng.normal(size=(6, 3)), rng.normal(size=(2, 3, 3)), rng.normal(size=2)
    for step, said in ((1, "with step = 1 it is the filter of the lesson"), (2, "the filter fits at two places only")):
        want = _dilated(x, filters, biases, step)
        got = np.asarray(answer(x, filters, biases, step), dtype=float)
        expect_shape(got, want.shape, f"{said}: six words, filters of width 3, step = {step}")
        expect_close(got, want, said)


def _tail(n, k, counts):
    """The share of all 2^n tosses whose number of heads satisfies `counts`, by going through them."""
    heads = np.array([sum(tosses) for tosses in product((0, 1), repeat=n)])
    return float(np.mean(counts(heads)))


def _answers(rng, first, second, both, neither):
    """Two classifiers that differ on so many sentences, in a random order."""
    rows = np.repeat(
        [(True, False), (False, True), (True, True), (False, False)], [first, second, both, neither], axis=0
    )
    return rng.permutation(rows).T.copy()


@exercise(points=3, minutes=15, difficulty=2)
def luck(answer, rng):
    for first, second in ((3, 8), (9, 2), (7, 3)):
        n, k, both, neither = first + second, first, int(rng.integers(15, 20)), int(rng.integers(4, 8))
        a, b = _answers(rng, first, second, both, neither)
        far = abs(k - n / 2)
        want = _tail(n, k, lambda heads, n=n, far=far: abs(heads - n / 2) >= far)
        upper = _tail(n, k, lambda heads, k=k: heads >= k)
        total, won = n + both + neither, int(a.sum())
        whole = np.array([_binomial(total, i) for i in range(total + 1)])
        everyone = float(whole[abs(np.arange(total + 1) - total / 2) >= abs(won - total / 2)].sum())
        expect_close(
            answer(a, b),
            want,
            "this is not the probability of a result at least as lopsided",
            suspects={
                "this is one direction only: being as far below n/2 counts, too": want / 2,
                "this is the probability that A wins at least k; something as far on the other side counts, too": upper,
                "only results further away are counted; those just as far belong in": _tail(
                    n, k, lambda heads, n=n, far=far: abs(heads - n / 2) > far
                ),
                "this is the probability of exactly this result; add those further away": _binomial(n, k),
                "exactly k and its mirror image alone; add those further away": 2 * _binomial(n, k),
                "sentences on which both are right or both are wrong say nothing: leave them out": everyone,
                "this is the probability of what is nearer to n/2; the p-value is the rest": 1 - want,
                "n is the number of sentences on which exactly one is right": _two_sided(total, first),
            },
            on=f"A alone is right on {first} sentences, B alone on {second}, both on {both}, neither on {neither}",
        )


def _binomial(n, k):
    from math import comb

    return comb(n, k) / 2**n


def _two_sided(n, k):
    return float(sum(_binomial(n, i) for i in range(n + 1) if abs(i - n / 2) >= abs(k - n / 2)))


@luck.part(points=2)
def luck_even(answer, rng):
    each = int(rng.integers(3, 6))
    a, b = _answers(rng, each, each, 8, 5)
    got = answer(a, b)
    said = "when both win equally often, every result is at least as lopsided: the p-value is 1"
    middle = _binomial(2 * each, each)
    suspects = {
        "you doubled one side, and the middle was counted twice: a probability cannot exceed 1": 1 + middle,
    }
    expect_close(got, 1.0, said, suspects=suspects, on=f"each alone is right on {each} sentences")
    same = rng.random(12) < 0.7
    expect_close(answer(same, same.copy()), 1.0, "where the two never differ, the p-value is 1", on="equal answers")
    a, b = _answers(rng, 6, 1, 4, 3)
    expect_close(answer(a, b), answer(b, a), "it must not matter which of the two is called A")
    first, second = int(rng.integers(90, 98)), int(rng.integers(112, 120))
    a, b = _answers(rng, first, second, 10, 10)
    on = f"A alone is right on {first} sentences, B alone on {second}"
    overflow = "`2**n` overflows for NumPy's integers, which have 64 bits: use `int(...)`"
    try:
        with np.errstate(all="ignore"), catch_warnings():
            simplefilter("ignore")
            got = float(answer(a, b))
    except (OverflowError, ZeroDivisionError) as error:
        refuse(overflow, got=f"{type(error).__name__}: {error}", on=on)
    want = _two_sided(first + second, first)
    expect(np.isfinite(got) and 0 <= got <= 1 + 1e-9, overflow, got=got, want=want, on=on)
    expect_close(got, want, "wrong for many sentences", on=on)
