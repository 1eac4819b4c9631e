"""Checks for the exercises to lesson 17, `scaling`."""

import math

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, refuse


def _lowest(x, y):
    """Where the parabola of least squares is lowest, from the normal equations."""
    middle, width = x.mean(), x.std()
    z = (x - middle) / width
    columns = np.stack([z**2, z, np.ones_like(z)], 1)
    a, b, _ = np.linalg.solve(columns.T @ columns, columns.T @ y)
    return middle - width * b / (2 * a)


@exercise(points=3, minutes=20, difficulty=1)
def best_size(answer, rng):
    for aside, noisy in ((0.0, 0.02), (0.0, 0.02), (0.0, 0.02), (3.0, 0.001), (-3.4, 0.001)):
        centre, width = rng.uniform(8, 14), rng.uniform(0.02, 0.08)
        x = centre + aside + np.array([-2.2, -1.0, -0.3, 0.9, 2.6])
        losses = 1.3 + width * (x - centre) ** 2 + noisy * rng.standard_normal(5)
        sizes = np.exp(x)
        want = float(np.exp(_lowest(x, losses)))
        expect_close(
            answer(sizes, losses),
            want,
            "this is not the size at the lowest point of the parabola",
            rtol=1e-4,
            suspects={
                "it lies outside the sizes tried here; do not clip it to them": np.clip(want, sizes.min(), sizes.max()),
                "the parabola is one in the logarithm of the size, not in the size": float(_lowest(sizes, losses)),
                "that is the logarithm of the size; return the size": float(_lowest(x, losses)),
                "that is the best of the sizes tried; the lowest point may lie between them": sizes[losses.argmin()],
                "that is the lowest loss, not the size": float(np.polyval(np.polyfit(x, losses, 2), np.log(want))),
                "the derivative 2ax + b is zero at -b / (2a), not at -b / a": float(np.exp(2 * _lowest(x, losses))),
                "the sign is wrong: 2ax + b is zero at -b / (2a)": float(np.exp(-_lowest(x, losses))),
                "the natural logarithm was taken, but 10 was raised to the result": float(10.0 ** _lowest(x, losses)),
                "the logarithm to base 10 was taken, but e was raised to the result": float(
                    np.exp(_lowest(x / math.log(10), losses))
                ),
                "the losses stay as they are; you took their logarithm, too": float(np.exp(_lowest(x, np.log(losses)))),
            },
        )
    got = answer(np.array([1e3, 1e4, 1e5]), np.array([2.0, 1.5, 1.7]))
    expect_close(got, 16_379.0, "this is not the second example of the sheet", rtol=1e-4)


@best_size.part(points=1)
def best_size_without_one(answer, rng):
    x = np.linspace(8, 12, 5) + 0.1 * rng.standard_normal(5)
    losses = 2.0 - 0.05 * (x - rng.uniform(9, 11)) ** 2
    try:
        got = answer(np.exp(x), losses)
    except ValueError as error:
        said = str(error)
        expect(bool(said.strip()), "say in the ValueError what is wrong with the runs", on="")
        return
    expect(False, "this parabola opens downwards: it has a highest point and no lowest one", got=got)


def _line(x, y):
    """Slope and height of the line of least squares."""
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return slope, y.mean() - slope * x.mean()


def _tries(d, loss, betas, error=lambda said, loss: (said - loss) ** 2):
    """For each exponent: sum of the errors, E, B, beta."""
    found = []
    for beta in betas:
        x = (d / d.mean()) ** -beta
        slope, height = _line(x, loss)
        found.append((error(height + slope * x, loss).sum(), height, slope * d.mean() ** beta, beta))
    return found


# Other ways to choose the exponent, which the task does not ask for.
OTHER_ERRORS = {
    "the exponent was chosen by the relative error; here the error is (L - loss)², not divided by the loss": (
        lambda said, loss: (said / loss - 1) ** 2
    ),
    "the exponent was chosen by the error of the logarithms; here the error is (L - loss)²": (
        lambda said, loss: np.log(np.maximum(said, 1e-9) / loss) ** 2
    ),
    "the exponent was chosen by the absolute error; here it is squared": lambda said, loss: abs(said - loss),
}


def _by_other_errors(d, loss, betas):
    """What each of the other ways to choose would give."""
    every = {name: _tries(d, loss, betas, error) for name, error in OTHER_ERRORS.items()}
    return {name: min(tries)[1:] for name, tries in every.items()}


def _noisy_runs(rng, betas, height, noisy):
    """Runs where no exponent has a negative floor; very noisy ones let each other way to choose err in its own way."""
    while True:
        d = 1e6 * 2.0 ** np.arange(6) * rng.uniform(0.9, 1.1, 6)
        E, beta = rng.uniform(0.9, 1.4) + 10 * noisy, float(rng.choice(betas[5:14]))
        loss = E + height * (d / d[0]) ** -beta + noisy * rng.standard_normal(6)
        tries, others = _tries(d, loss, betas), _by_other_errors(d, loss, betas)
        apart = noisy < 0.1 or len({min(tries)[1:], *others.values()}) == 4
        if apart and min(one[1] for one in tries) > 0:
            return d, loss


@exercise(points=4, minutes=25, difficulty=2)
def fit_with_floor(answer, rng):
    betas = np.linspace(0.2, 1.2, 21)
    for height, noisy in ((0.7, 0.0), (0.7, 0.0), (3.0, 0.2), (0.7, 0.01)):
        d, loss = _noisy_runs(rng, np.sort(betas), height, noisy)
        by_error = [one[3] for one in sorted(_tries(d, loss, betas))]
        while {betas[0], betas[-1]} & {by_error[0], by_error[-1]}:  # the best and the worst stand inside
            betas = rng.permutation(betas)
        tries = _tries(d, loss, betas)
        want = min(tries)[1:]
        got = answer(d, loss, betas)
        expect(
            isinstance(got, (tuple, list, np.ndarray)) and len(got) == 3,
            "return three numbers: (E, B, beta)",
            got=got,
        )
        slope, height = _line(np.log(d), np.log(loss))
        swapped = [(one[0], one[2], one[1], one[3]) for one in tries]
        expect_close(
            got,
            want,
            "these are not the numbers with the smallest squared error",
            rtol=1e-4,
            suspects={
                **_by_other_errors(d, loss, betas),
                "that is the straight line on logarithmic axes again: it has no floor": (
                    0.0,
                    float(np.exp(height)),
                    float(-slope),
                ),
                "E and B are exchanged: polyfit gives the slope, which is B, first": min(swapped)[1:],
                "the exponent with the largest error was kept": max(tries)[1:],
                "the first exponent was kept: compare the errors of all": tries[0][1:],
                "the last exponent was kept: compare the errors of all": tries[-1][1:],
                "`d` was divided by its mean, and B not put right afterwards": (
                    want[0],
                    want[1] / d.mean() ** want[2],
                    want[2],
                ),
                "B belongs to D to the power of minus beta: you multiplied where you should divide": (
                    want[0],
                    want[1] / d.mean() ** (2 * want[2]),
                    want[2],
                ),
            },
        )
    d = np.array([1e6, 2e6, 4e6, 8e6])
    got = answer(d, 1.0 + 400 * d**-0.5, np.array([0.25, 0.5, 1.0]))
    expect_close(got, (1.0, 400.0, 0.5), "this is not the example of the sheet", rtol=1e-4)


@fit_with_floor.part(points=1)
def floor_below_zero(answer, rng):
    d = 1e6 * 2.0 ** np.arange(5)
    loss = 3.0 - rng.uniform(0.28, 0.32) * np.log2(d / d[0])
    betas = np.array([0.8, 0.7, 0.05, 0.6, 0.1])  # the third and the last have a negative floor
    tries = _tries(d, loss, betas)
    allowed = [one for one in tries if one[1] >= 0]
    try:
        got = answer(d, loss, betas)
    except ValueError as error:
        said = "a ValueError came, though three of these five exponents have a floor above 0: leave out only the others"
        refuse(said, got=f"ValueError: {error}")
    said = "a negative floor is not set to 0: its exponent is left out; there are others"
    expect(not _clipped(got, betas), said, got=got)
    expect_close(
        got,
        min(allowed)[1:],
        "with the exponents whose floor is not below 0, these are not the best numbers",
        rtol=1e-4,
        suspects={
            "E is below 0: that exponent is left out, even if its error is the smallest": min(tries)[1:],
            "you stopped at the first negative floor: leave it out, and go on with the next exponent": min(tries[:2])[
                1:
            ],
        },
    )
    try:
        got = answer(d, loss, betas[2::2])
    except ValueError:
        return
    said = (
        "no floor is set to 0: a negative one leaves its exponent out, and if that leaves none, a ValueError is raised"
    )
    expect(not _clipped(got, betas), said, got=got)
    expect(False, "when every exponent gives a negative floor, raise a ValueError", got=got)


def _clipped(got, betas):
    """Whether the floor that came back is exactly 0, beside one of the exponents to try."""
    return isinstance(got, (tuple, list, np.ndarray)) and len(got) == 3 and got[0] == 0 and got[2] in betas


def _best(A, B, alpha, beta, flops):
    """The best size by looking: no formula, a fine grid twice."""
    low, high = 0.0, math.log(flops / 6)
    for _ in range(4):
        logs = np.linspace(low, high, 4001)
        losses = A * np.exp(-alpha * logs) + B * np.exp(-beta * (math.log(flops / 6) - logs))
        place, step = logs[losses.argmin()], (high - low) / 4000
        low, high = place - 2 * step, place + 2 * step
    return math.exp(place)


@exercise(points=4, minutes=25, difficulty=2)
def price_of_small(answer, rng):
    for k in (1.5, 2.0, 0.5, 1.0):
        E, A, B = rng.uniform(0.5, 2), rng.uniform(20, 60), rng.uniform(60, 200)
        alpha, beta, flops = rng.uniform(0.3, 0.4), rng.uniform(0.42, 0.5), 6 * 10 ** rng.uniform(8, 12)
        size = _best(A, B, alpha, beta, flops)
        tokens = flops / 6 / size
        allowed = A / size**alpha + B / tokens**beta
        small = size / k
        needed = (B / (allowed - A / small**alpha)) ** (1 / beta)
        both, got = alpha + beta, answer(E, A, B, alpha, beta, flops, k)
        G = (alpha * A / (beta * B)) ** (1 / both)
        suspects = {
            "count the small model's own weights: the price is 6 · N*/k · D over `flops`": needed / tokens,
            "that is the number of operations; divide it by `flops`": 6 * small * needed,
            "the model is k times smaller, not larger": _price(A, B, alpha, beta, allowed, size * k, flops),
            "6 operations for each weight and token: the 6 is missing": small * needed / flops,
            "the same tokens were kept: the small model needs more": 1 / k,
            "in N*, the exponent of flops / 6 is beta / (alpha + beta); yours has alpha above": _taken_for_best(
                A, B, alpha, beta, flops, k, G * (flops / 6) ** (alpha / both)
            ),
            "in G, alpha and A stand above, beta and B below; yours is upside down": _taken_for_best(
                A, B, alpha, beta, flops, k, (flops / 6) ** (beta / both) / G
            ),
        }
        expect_close(got, small * needed * 6 / flops, "this is not the price", rtol=1e-3, suspects=suspects)
    got = answer(1.0, 10.0, 10.0, 0.5, 0.5, 6e6, 2)
    expect_close(got, 1.4571, "this is not the example of the sheet", rtol=1e-3)


def _taken_for_best(A, B, alpha, beta, flops, k, size):
    """The price when this size was taken to be the best one."""
    allowed = A / size**alpha + B / (flops / 6 / size) ** beta
    return _price(A, B, alpha, beta, allowed, size / k, flops)


def _price(A, B, alpha, beta, allowed, size, flops):
    """The price for a model of this size."""
    left = allowed - A / size**alpha
    return math.inf if left <= 0 else 6 * size * (B / left) ** (1 / beta) / flops


@price_of_small.part(points=1)
def price_of_too_small(answer, rng):
    drawn = [(30.0, 90.0, *rng.uniform(0.3, 0.6, 2).tolist(), 1e12, float(rng.uniform(60, 200))) for _ in range(4)]
    for call in (*drawn, (10.0, 10.0, 0.5, 0.5, 6e6, 5)):  # the last one is the sheet's example
        got = answer(1.0, *call)
        expect(not isinstance(got, complex), "a negative number to a fractional power is complex: test it", got=got)
        expect(
            got is not None and not np.isnan(got),
            "a negative number to a fractional power is nan: test it first",
            got=got,
        )
        expect(got == math.inf, "a model that can never reach the loss costs math.inf", got=got)
