"""Checks for the exercises to lesson 10, `vae`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, same


def _sentences(rng):
    """A batch whose sentences have different lengths, and clouds that are far from standard."""
    lengths = np.array([2, 7, 4, 5])
    rng.shuffle(lengths)
    real = np.arange(8) < lengths[:, None]  # (B, T): every row ends in something that is no part of it
    word_nats = rng.uniform(1, 6, real.shape)
    mean, log_var = rng.normal(0, 1.5, (4, 3)), rng.uniform(0.3, 1.2, (4, 3))
    return word_nats, real, mean, log_var


def _kl(mean, log_var):
    return (mean**2 + np.exp(log_var) - 1 - log_var) / 2


@exercise(points=4, minutes=20, difficulty=2)
def negative_elbo(answer, rng):
    for _ in range(3):
        word_nats, real, mean, log_var = _sentences(rng)
        kl = _kl(mean, log_var).sum(1)
        words = (word_nats * real).sum(1)
        by_length, everywhere, of_batch = words / real.sum(1), word_nats.sum(1), word_nats[real].mean()
        as_variance = (mean**2 + log_var - 1 - np.log(log_var)) / 2
        as_deviation = (mean**2 + np.exp(2 * log_var) - 1 - 2 * log_var) / 2
        got = answer(word_nats, real, mean, log_var)
        message = "this is one number for each sentence: take the mean over the sentences"
        expect(np.ndim(got) == 0, message, got=got)
        expect_close(
            got,
            (words + kl).mean(),
            "this is not the negative ELBO of a sentence",
            suspects={
                "this is the broken bound as it was given": word_nats.mean() + as_variance.mean(),
                "a cloud pays for all its dimensions: add up the KL over them, no mean": (words + kl / 3).mean(),
                "a sentence costs all its words: add them up, no mean over its places": (by_length + kl).mean(),
                "the word costs are a mean over places and the KL is a mean over dimensions; both are sums": (
                    by_length + kl / 3
                ).mean(),
                "the variance is right now; the words and the dimensions are still averaged: add them up within a "
                "sentence": word_nats.mean() + kl.mean() / 3,
                "the variance and the end are right now; the words and the dimensions are still averaged: add them up "
                "within a sentence": of_batch + kl.mean() / 3,
                "the words' cost is a mean over all words of the batch: add up within each sentence": of_batch
                + kl.mean(),
                "the words' cost is a mean over all places of the batch: add up within each sentence": (
                    word_nats.mean() + kl.mean()
                ),
                "the words are a sum over the batch, the KL is a mean: both are means over the sentences": words.sum()
                + kl.mean(),
                "this is the sum over the sentences: take their mean": (words + kl).sum(),
                "the KL is a sum over the batch, the words are a mean: both are means over the sentences": words.mean()
                + kl.sum(),
                "log_var is the logarithm of the variance: the variance is its exp": (
                    words + as_variance.sum(1)
                ).mean(),
                "log_var is the logarithm of the variance, not of the deviation": (words + as_deviation.sum(1)).mean(),
                "the KL is a cost: in the negative ELBO it is added to the words' cost": (words - kl).mean(),
                "this is the ELBO; its negative is asked for": -(words + kl).mean(),
                "what stands behind a sentence's end is counted: use `real`": (everywhere + kl).mean(),
                "the factor one half of the KL is missing": (words + 2 * kl).mean(),
                "these are the words alone: the KL is not added": words.mean(),
            },
            on="4 sentences of 2, 4, 5 and 7 words, 3 dimensions",
        )


@negative_elbo.part(points=1)
def negative_elbo_behind_the_end(answer, rng):
    word_nats, real, mean, log_var = _sentences(rng)
    want = (word_nats * real).sum(1).mean() + _kl(mean, log_var).sum(1).mean()
    got = answer(word_nats, real, mean, log_var)
    expect(same(got, want, rtol=1e-6), "pass the first check first", got=got, want=want)
    spoiled = np.where(real, word_nats, np.inf)
    with np.errstate(invalid="ignore"):
        got = answer(spoiled, real, mean, log_var)
    message = "infinity stands behind the end here, and 0 times infinity is no number: choose with np.where"
    expect(not bool(np.isnan(got).any()), message, got=got, want=want)
    expect_close(got, want, "wrong where infinity stands behind the end of the sentences")


def _clouds(rng, low, high):
    """The means and log variances of two clouds, (4, 3) each."""
    return [part for _ in range(2) for part in (rng.normal(0, 1, (4, 3)), rng.uniform(low, high, (4, 3)))]


def _between(mean_q, log_var_q, mean_p, log_var_p):
    """KL(q || p) of every dimension."""
    spread = (np.exp(log_var_q) + (mean_q - mean_p) ** 2) / np.exp(log_var_p)
    return (spread - 1 + log_var_p - log_var_q) / 2


@exercise(points=3, minutes=25, difficulty=2)
def kl_between(answer, rng):
    for _ in range(3):
        mean_q, log_var_q, mean_p, log_var_p = clouds = _clouds(rng, -1.5, 1.5)
        want = _between(*clouds)
        square, var_q, var_p = (mean_q - mean_p) ** 2, np.exp(log_var_q), np.exp(log_var_p)
        logs = log_var_p - log_var_q
        got = answer(*clouds)
        expect(
            np.shape(got) != (4, 3),
            "this is one figure a dimension: add them up, one figure a pair",
            got=got,
            want="(4,)",
        )
        expect(np.ndim(got) > 0, "this is one number for all pairs: give one for each", got=got, want="shape (4,)")
        pairs = "one figure a pair is asked for: add up over the dimensions, the second axis"
        expect(np.shape(got) != (3,), pairs, got=got, want="shape (4,)")
        expect_shape(got, (4,))
        expect_close(
            got,
            want.sum(1),
            "this is not the KL of q from p",
            suspects={
                "this is the KL the other way round: the mean is taken over draws from q": _between(
                    mean_p, log_var_p, mean_q, log_var_q
                ).sum(1),
                "this compares q with the standard bell curve; p is not standard": _kl(mean_q, log_var_q).sum(1),
                "this is the difference of two KLs from the standard bell curve; a KL is no difference of that kind": (
                    _kl(mean_q, log_var_q) - _kl(mean_p, log_var_p)
                ).sum(1),
                "the distance of the means counts in units of p's variance: divide it, too": (
                    (var_q / var_p + square - 1 + logs) / 2
                ).sum(1),
                "the distance of the means counts in units of p's variance, not q's": (
                    (var_q / var_p + square / var_q - 1 + logs) / 2
                ).sum(1),
                "the logarithms have the wrong sign: a narrow q costs more": (
                    ((var_q + square) / var_p - 1 - logs) / 2
                ).sum(1),
                "the mean of ln q gives a constant of one half that is missing here": (
                    ((var_q + square) / var_p + logs) / 2
                ).sum(1),
                "take the mean over draws from q: the mean of (z - mean_p)² is more than the square of the distance": (
                    (square / var_p - 1 + logs) / 2
                ).sum(1),
                "these are log variances, not log deviations": _between(
                    mean_q, 2 * log_var_q, mean_p, 2 * log_var_p
                ).sum(1),
                "add up the dimensions; this is their mean": want.mean(1),
                "the factor one half is missing": 2 * want.sum(1),
            },
            on="4 pairs of clouds in 3 dimensions",
        )


@kl_between.part(points=1)
def kl_between_narrow_clouds(answer, rng):
    mean_q, log_var_q, mean_p, log_var_p = _clouds(rng, -60, -50)
    mean_q = mean_p + 1e-12 * rng.normal(size=(4, 3))
    square = (mean_q - mean_p) ** 2
    added = [
        ((np.exp(log_var_q) + square) / (np.exp(log_var_p) + small) - 1 + log_var_p - log_var_q).sum(1) / 2
        for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
    ]
    message = "something was added to a variance; no variance is 0 here, and the formula needs no help"
    got = answer(mean_q, log_var_q, mean_p, log_var_p)
    expect(not any(same(got, one, rtol=1e-6) for one in added), message, got=got)
    expect_close(
        got,
        _between(mean_q, log_var_q, mean_p, log_var_p).sum(1),
        "wrong for very narrow clouds",
        on="variances of about e^-55",
    )
    itself = answer(mean_p, log_var_p, mean_p, log_var_p)
    expect_close(itself, np.zeros(4), "a cloud's KL from itself is 0", on="q = p")


def _log_mean(log_weights):
    return np.logaddexp.reduce(log_weights, axis=0) - np.log(len(log_weights))


@exercise(points=3, minutes=20, difficulty=2)
def tighter_bound(answer, rng):
    for draws in (5, 2, 9):
        log_weights = rng.normal(-3, 1.5, (draws, 4))
        got = answer(log_weights)
        mean_of_logs = log_weights.mean(0)
        on = f"log_weights of shape {log_weights.shape}"
        flat = "one figure a sentence is asked for, in the shape (B,) and not (1, B)"
        expect(np.shape(got) != (1, 4), flat, got=got, want="shape (4,)")
        expect_shape(got, (4,), "one figure a sentence is asked for: the draws are the first axis")
        expect_close(
            got,
            _log_mean(log_weights),
            "this is not the logarithm of the mean weight",
            suspects={
                "this is the mean of the logarithms, the ELBO's estimate; average the weights first": mean_of_logs,
                "this is the logarithm of the sum: divide by the number of draws": np.logaddexp.reduce(log_weights),
                "divided by the number of draws outside of the logarithm": np.logaddexp.reduce(log_weights) / draws,
                "this is the best draw, not the mean of all": log_weights.max(0),
                "this is the mean weight: its logarithm is asked for": np.exp(log_weights).mean(0),
                "the sign is wrong: the bound on ln p(x) is asked for, not on -ln p(x)": -_log_mean(log_weights),
                "ln K is added; to divide by K, take it away": np.logaddexp.reduce(log_weights) + np.log(draws),
            },
            on=on,
        )


@tighter_bound.part(points=2)
def tighter_bound_of_long_sentences(answer, rng):
    for sign in (1, -1):
        log_weights = rng.normal(0, 1, (6, 4)) + sign * np.array([-900.0, -2000.0, -950.0, -1000.0])
        with np.errstate(all="ignore"):
            got = answer(log_weights)
        expect_shape(got, (4,))
        want, finite = _log_mean(log_weights), np.isfinite(got)
        nowhere = "exp of such numbers is 0 or infinite: take the largest logarithm out of the sum first"
        expect(bool(finite.any()), nowhere, got=got, want=want)
        somewhere = "each sentence has a largest logarithm of its own; one for the whole batch drowns the others"
        expect(bool(finite.all()), somewhere, got=got, want=want)
        alike = "every sentence gets the same figure: nothing may be clipped or added, the answers lie far apart"
        expect(not got[0] or not same(got, np.full(4, got[0]), rtol=1e-9), alike, got=got, want=want)
        expect_close(
            got,
            want,
            "wrong for very small or very large weights",
            suspects={
                "the largest logarithm was taken out; it must be added again": _log_mean(
                    log_weights - log_weights.max(0)
                )
            },
        )
    _far_apart(answer, rng)


def _far_apart(answer, rng):
    """Log weights that lie far apart within one sentence."""
    log_weights = rng.normal(0, 1, (6, 4)) + rng.permutation([900.0, -900, 0, 850, -2000, -100])[:, None]
    with np.errstate(all="ignore"):
        got = answer(log_weights)
    want = _log_mean(log_weights)
    message = "take the *largest* logarithm of each sentence out: with another, an exponent can still be far above 0"
    expect(bool(np.isfinite(got).all()), message, got=got, want=want)
    expect_close(got, want, "wrong where the log weights of a sentence lie far apart")
