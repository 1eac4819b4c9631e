"""Checks for the exercises to lesson 07, `rnn`."""

import math

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, refuse

TINY = 1e-30  # a complex step: the derivative without subtracting two numbers that are nearly equal


def _states(xs, w, u, b, state):
    """The states after each step; complex numbers pass through."""
    states = []
    for x in xs:
        state = np.tanh(w * x + u * state + b)
        states.append(state)
    return states


def _in_pieces(case, steps, *, carry=True, shift=True, reach=None):
    """The derivative with respect to u, piece by piece, each piece by a complex step from its own start.

    carry: the state goes on. shift: each step has its own target. reach: how far back each loss looks, None for all.
    """
    xs, ys, w, u, b = case
    total, state = 0.0, 0.0
    for start in range(0, len(xs), steps):
        piece = xs[start : start + steps]
        targets = ys[start : start + steps] if shift else ys[: len(piece)]
        plain = [state if carry else 0.0, *_states(piece, w, u, b, state if carry else 0.0)]
        for t, y in enumerate(targets):
            first = 0 if reach is None else max(0, t + 1 - reach)
            h = _states(piece[first : t + 1], w, u + TINY * 1j, b, plain[first])[-1]
            total += ((h - y) ** 2).imag / TINY
        state = plain[-1].real
    return float(total)


def _slip(case, steps, *, outside=False, leak=False):
    """Backpropagation in pieces with one slip.

    outside: what comes from later skips the tanh of this step. leak: it lives on into the next piece.
    """
    xs, ys, w, u, b = case
    total, state, later = 0.0, 0.0, 0.0
    for start in range(0, len(xs), steps):
        h = [state, *_states(xs[start : start + steps], w, u, b, state)]
        state, later = h[-1], later if leak else 0.0
        for t in reversed(range(len(h) - 1)):
            own, slope = 2 * (h[t + 1] - ys[start + t]), 1 - h[t + 1] ** 2
            g = own * slope + later if outside else (own + later) * slope
            total, later = total + g * h[t], g * u
    return float(total)


def _texts_of_numbers(rng, size):
    xs, ys = rng.normal(size=size).tolist(), rng.uniform(-1, 1, size).tolist()
    return xs, ys, float(rng.uniform(0.5, 1)), float(rng.uniform(0.8, 1.2)), float(rng.uniform(0.1, 0.3))


@exercise(points=3, minutes=25, difficulty=2)
def gradient_in_pieces(answer, rng):
    for size, steps in ((12, 4), (15, 5), (9, 3)):
        case = _texts_of_numbers(rng, size)
        want = _in_pieces(case, steps)
        expect_close(
            answer(*case, steps),
            want,
            "this is not the derivative in pieces",
            suspects={
                "a piece begins with the state that the piece before ended with, not with 0 or with its own "
                "beginning": _in_pieces(case, steps, carry=False),
                "`from_later`, too, goes back through the tanh of this step: put it inside the bracket": _slip(
                    case, steps, outside=True
                ),
                "at the start of a piece's way back, `from_later` is 0": _slip(case, steps, leak=True),
                "each step has its own target: the first of a later piece is ys[start], not ys[0]": _in_pieces(
                    case, steps, shift=False
                ),
                "`from_later` is missing: a state also matters for the losses after it": _in_pieces(
                    case, steps, reach=1
                ),
                "this goes back through the whole text: at the start of a piece the gradient ends": _in_pieces(
                    case, size
                ),
                "the state is carried, but two of the three faults are still there": _in_pieces(
                    case, steps, shift=False, reach=1
                ),
                "the targets are right, but two of the three faults are still there": _in_pieces(
                    case, steps, carry=False, reach=1
                ),
                "`from_later` is used, but two of the three faults are still there": _in_pieces(
                    case, steps, carry=False, shift=False
                ),
                "all three faults are still there": _in_pieces(case, steps, carry=False, shift=False, reach=1),
                "add the pieces up; do not take their mean": want * steps / size,
                "the derivative of (h - y)² is 2 (h - y); the 2 is missing": want / 2,
            },
            on=f"{size} steps in pieces of {steps}",
        )


@gradient_in_pieces.part(points=1)
def pieces_of_any_size(answer, rng):
    for size, steps in ((7, 3), (5, 1), (6, 10)):
        case = _texts_of_numbers(rng, size)
        whole = _in_pieces(tuple(part[: size - size % steps] if i < 2 else part for i, part in enumerate(case)), steps)
        expect_close(
            answer(*case, steps),
            _in_pieces(case, steps),
            "wrong for this length of a piece; pass the check above first",
            suspects={"the last piece may be shorter; yours leaves it out": whole},
            on=f"{size} steps in pieces of {steps}",
        )


def _clip(arrays, limit):
    length = math.sqrt(sum(float(np.sum(a**2)) for a in arrays))
    return [a * min(1.0, limit / length) if length else a for a in arrays]


def _mean(texts):
    return [np.mean(one, axis=0) for one in zip(*texts)]


def _gradients(rng):
    """Gradients of four texts, for a matrix and a vector."""
    lengths = (4.0, 0.4, 9.0, 1.3)
    texts = []
    for length in lengths:
        arrays = [rng.normal(size=(2, 3)), rng.normal(size=4)]
        scale = length / math.sqrt(sum(np.sum(a**2) for a in arrays))
        texts.append([a * scale for a in arrays])
    return texts


def _expect_arrays(got):
    expect(
        isinstance(got, (list, tuple)) and len(got) == 2,
        "it must return a list with one array for each parameter",
        got=got,
    )
    for one, shape in zip(got, ((2, 3), (4,))):
        expect_shape(one, shape)


@exercise(points=4, minutes=15, difficulty=2)
def mean_of_clipped(answer, rng):
    for limit in (1.0, 0.7):
        texts = _gradients(rng)
        clipped = [_clip(arrays, limit) for arrays in texts]
        got = answer(texts, limit)
        _expect_arrays(got)
        stretched = [[a * limit / math.sqrt(sum(np.sum(b**2) for b in t)) for a in t] for t in texts]
        alone = [[_clip([a], limit)[0] for a in t] for t in texts]
        by_value = [[np.clip(a, -limit, limit) for a in t] for t in texts]
        by_lengths = [[a * min(1.0, limit / sum(np.linalg.norm(b) for b in t)) for a in t] for t in texts]
        squared = [[a * min(1.0, limit / sum(np.sum(b**2) for b in t)) for a in t] for t in texts]
        factors = [min(1.0, limit / math.sqrt(sum(np.sum(a**2) for a in t))) for t in texts]
        expect_close(
            list(got),
            _mean(clipped),
            "this is not the mean of the clipped gradients",
            suspects={
                "you clipped the mean; clip the gradient of each text first": _clip(_mean(texts), limit),
                "you clipped the mean of the clipped gradients once more": _clip(_mean(clipped), limit),
                "each parameter was clipped by itself, which turns the direction: take all of a text's numbers as one "
                "long vector": _mean(alone),
                "every number was clipped by itself, which turns the direction: shorten the whole vector": _mean(
                    by_value
                ),
                "a gradient that is not longer than the limit stays as it is; you lengthened it": _mean(stretched),
                "this is the sum over the texts; the mean is asked for": [sum(one) for one in zip(*clipped)],
                "nothing was clipped": _mean(texts),
                "the lengths of the parts do not add up: add the squares of all numbers, then take the root": _mean(
                    by_lengths
                ),
                "the root is missing: the length is the root of the sum of squares": _mean(squared),
                "every text has a length of its own, and its own factor": _mean(
                    [[a * min(factors) for a in t] for t in texts]
                ),
            },
            rtol=1e-4,  # limit / (length + 1e-6), torch's own guard, is right as well
            atol=1e-4,
            on=f"four texts with gradients of the lengths 4, 0.4, 9 and 1.3, limit {limit}",
        )


@mean_of_clipped.part(points=1)
def clipped_when_zero(answer, rng):
    texts = _gradients(rng)
    texts[1] = [np.zeros((2, 3)), np.zeros(4)]
    message = "a gradient of length 0 gives 0 / 0; it is not longer than the limit, leave it"
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            got = answer(texts, 1.0)
    except ZeroDivisionError as error:
        refuse(
            "you divide by a length of 0; it is not longer than the limit, leave it", got=f"ZeroDivisionError: {error}"
        )
    _expect_arrays(got)
    expect(all(np.isfinite(np.asarray(one, float)).all() for one in got), message, got=got)
    left_out = _mean([_clip(arrays, 1.0) for i, arrays in enumerate(texts) if i != 1])
    suspects = {"a text whose gradient is 0 is a text, too: it counts in the mean": left_out}
    want = _mean([_clip(arrays, 1.0) for arrays in texts])
    on = "four texts, one of which has a gradient of 0"
    expect_close(
        list(got), want, "wrong when one text has a gradient of 0", suspects=suspects, rtol=1e-4, atol=1e-4, on=on
    )


def _radii(u, h):
    """What each misconception takes for the factor by which the gradient shrinks."""
    jacobian = (1 - h**2)[:, None] * u
    values = np.linalg.eigvals(jacobian)
    return {
        "the slope of the tanh is missing: each row of U is multiplied by 1 - h²": np.abs(np.linalg.eigvals(u)).max(),
        "the slope of the tanh is 1 - h², with the square": np.abs(np.linalg.eigvals((1 - h)[:, None] * u)).max(),
        "the slope of the tanh is 1 - h²; `h` is the state already, after the tanh": np.abs(
            np.linalg.eigvals((1 - np.tanh(h) ** 2)[:, None] * u)
        ).max(),
        "the largest singular value rules one step; many steps are ruled by the eigenvalues": np.linalg.norm(
            jacobian, 2
        ),
        "an eigenvalue may be negative or complex: take its absolute value, not its real part": values.real.max(),
        "the largest eigenvalue counts in the long run, not the smallest": np.abs(values).min(),
        "the largest eigenvalue counts in the long run, not the mean": np.abs(values).mean(),
    }


def _network(rng, size, radius):
    """A matrix and a state whose Jacobian has this spectral radius, and on which the misconceptions all differ."""
    while True:
        h, u = rng.uniform(-0.8, 0.8, size), rng.normal(size=(size, size))
        u *= radius / np.abs(np.linalg.eigvals((1 - h**2)[:, None] * u)).max()
        factors = np.sort([radius, *_radii(u, h).values()])
        apart = np.diff([_half(factor) for factor in factors if 0 < factor < 0.99])
        if len(apart) == len(factors) - 1 and apart.min() > 0.01:
            return u, h


def _half(radius):
    return math.log(0.5) / math.log(radius) if 0 < radius < 1 else math.inf


def _measured(jacobian, rng, steps=4000):
    """The half-life by running through the steps: the mean shrinking, over so many that nothing else matters."""
    v, total = rng.normal(size=len(jacobian)), 0.0
    for step in range(2 * steps):
        v = v @ jacobian
        length = np.linalg.norm(v)
        v, total = v / length, total + (math.log(length) if step >= steps else 0.0)
    return math.log(0.5) * steps / total


@exercise(points=4, minutes=20, difficulty=3)
def half_life(answer, rng):
    for size, radius in ((3, 0.5), (4, 0.4), (5, 0.45)):
        u, h = _network(rng, size, radius)
        jacobian = (1 - h**2)[:, None] * u
        want = _measured(jacobian, rng)
        got = answer(u, h)
        expect(np.ndim(got) == 0, "the half-life is one number", got=got)
        expect(not np.iscomplexobj(got), "the absolute value of an eigenvalue is a real number", got=got)
        got = float(got)
        named = {message: _half(value) for message, value in _radii(u, h).items()}
        named["this shrinks to 1/e; the half-life is for 1/2"] = -1 / math.log(radius)
        named["this is the factor; the half-life is a number of steps"] = radius
        named["the sign is wrong: both logarithms are negative, so their ratio is positive"] = -want
        named["upside down: n ln r = ln ½, so n = ln ½ / ln r"] = 1 / want
        named["it need not be a whole number: do not round"] = float(round(want))
        on = f"a matrix ({size}, {size}) and a state"
        expect_close(got, want, "this is not the half-life", suspects=named, rtol=2e-3, on=on)


@half_life.part(points=1)
def half_life_of_growth(answer, rng):
    for radius in (1.2, 2.0):
        directions = np.linalg.qr(rng.normal(size=(4, 4)))[0]
        u = directions @ np.diag([radius, 1.1, 1.15, 1.05]) @ directions.T  # every one of its directions grows
        got, on = answer(u, np.zeros(4)), f"a matrix (4, 4) of spectral radius {radius} and a state of zeros"
        message = "this gradient grows, so it never shrinks to half: return math.inf"
        expect(np.ndim(got) == 0 and float(got) == math.inf, message, got=got, want=math.inf, on=on)
    message = "a factor of exactly 1 does not shrink the gradient, either: return math.inf"
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            got = answer(np.eye(4), np.zeros(4))
    except ZeroDivisionError as error:
        refuse(message, got=f"ZeroDivisionError: {error}", want=math.inf)
    on = "the identity matrix (4, 4) and a state of zeros"
    expect(np.ndim(got) == 0 and float(got) == math.inf, message, got=got, want=math.inf, on=on)
