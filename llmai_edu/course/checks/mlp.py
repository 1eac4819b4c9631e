"""Checks for the exercises to lesson 05, `mlp`."""

import math
from collections.abc import Callable

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, refuse

MOST_LOOKS = 2000  # how often one may ask a number what it came from; a good answer needs once or twice


class _Number:
    """A number as the sheet's, that also knows its formula and notices how often it is asked for its past."""

    def __init__(self, value: float, text: str, came_from: tuple = ()) -> None:
        self.value, self.text, self.grad = value, text, 0.0
        self.past, self.looks = came_from, 0

    @property
    def came_from(self) -> list:
        self.looks += 1
        if self.looks > MOST_LOOKS:
            refuse(
                "you go back from the same number again and again, once for each way to it: list every number once, "
                "after all that it came from, and go through that list from its end",
                on="",
            )
        return list(self.past)


def _add(a: _Number, b: _Number) -> _Number:
    return _Number(a.value + b.value, f"({a.text} + {b.text})", ((a, 1.0), (b, 1.0)))


def _mul(a: _Number, b: _Number) -> _Number:
    return _Number(a.value * b.value, f"{a.text} * {b.text}", ((a, b.value), (b, a.value)))


def _tangle(rng: np.random.Generator) -> list[_Number]:
    """Numbers that are used several times, directly and by a detour; the last is the result."""
    x, y = (_Number(float(value), name) for value, name in zip(rng.uniform(1.2, 2.5, 2), "xy"))
    s = _mul(x, y)
    detour = _mul(s, x)
    numbers = [x, y, s, detour, _add(s, detour), _add(detour, s)]
    numbers.append(_mul(numbers[-2], numbers[-1]))
    return numbers


def _exact(numbers: list[_Number]) -> np.ndarray:
    """The slopes of the last number, worked out from the formula r = (s + s x)² with s = x y."""
    x, y = numbers[0].value, numbers[1].value
    s, whole = x * y, x * y * (1 + x)
    inner = 2 * whole  # of each of the two sums together: r = whole · whole
    of_detour = inner
    of_s = inner + of_detour * x
    return np.array([of_s * y + of_detour * s, of_s * x, of_s, of_detour, whole, whole, 1.0])


def _through(order: list[_Number], add: bool = True) -> None:
    """Hand slopes on in this order, adding them up or (wrongly) replacing."""
    for number in order:
        for earlier, rate in number.past:
            earlier.grad = rate * number.grad + (earlier.grad if add else 0.0)


def _waiting(result: _Number, take: int, add: bool) -> None:
    """Hand on at once, the last of those that wait (-1) or the first (0): too early."""
    waiting = [result]
    while waiting:
        number = waiting.pop(take)
        _through([number], add)
        waiting += [earlier for earlier, _ in number.past]


def _result_first(number: _Number, order: list[_Number]) -> list[_Number]:
    """Each number once, in the order in which they are met on the way from the result."""
    if number not in order:
        order.append(number)
        for earlier, _ in number.past:
            _result_first(earlier, order)
    return order


def _breadth_first(result: _Number) -> list[_Number]:
    """Each number once, in the order in which a queue of those that wait meets them."""
    order = [result]
    for number in order:  # which grows meanwhile
        for earlier, _ in number.past:
            if earlier not in order:
                order.append(earlier)
    return order


#: what somebody believes -> the way back that follows from it
BELIEFS = {
    "a number that is used twice gets two slopes; add them up, the second must not replace the first": lambda numbers: (
        _through(numbers[::-1], add=False)
    ),
    "a number was handed on before all that was computed from it had reported; begin with a list": lambda numbers: (
        _waiting(numbers[-1], -1, add=True)
    ),
    "a number handed on what it had so far, and later once more; make an ordered list first": lambda numbers: _waiting(
        numbers[-1], 0, add=True
    ),
    "each number is met once, but some too early: put it into the list after all that it came from, and go through the "
    "list from its end": lambda numbers: _through(_result_first(numbers[-1], [])),
    "each number once, but some before all that was computed from them had reported; being met early is not enough, a "
    "number must wait for all of these": lambda numbers: _through(_breadth_first(numbers[-1])),
    "the way back begins at the result: go through the list from its end": _through,
}


def _slopes_by(way: Callable, numbers: list[_Number], left: np.ndarray | float = 0.0) -> np.ndarray:
    """What a way back puts into the numbers, when something was left in them."""
    _leave(numbers, left)
    numbers[-1].grad = 1.0
    way(numbers)
    return np.array([number.grad for number in numbers])


def _leave(numbers: list[_Number], left: np.ndarray | float) -> None:
    for number, grad in zip(numbers, np.broadcast_to(left, len(numbers))):
        number.grad = float(grad)


def _compare(answer: Callable, numbers: list[_Number], message: str, beliefs: dict[str, np.ndarray]) -> None:
    answer(numbers[-1])
    got = np.array([number.grad for number in numbers], dtype=float)
    on = (
        f"x = {numbers[0].value:.4g}, y = {numbers[1].value:.4g}; slopes of x, y, x*y, x*y*x, both sums, and the result"
    )
    expect_close(got, _exact(numbers), message, suspects=beliefs, on=on)


@exercise(points=3, minutes=20, difficulty=2, mutates=True, seconds=5)
def backward(answer, rng):
    x = _Number(float(rng.uniform(2, 4)), "x")
    square = _mul(x, x)
    result = _add(square, x)
    answer(result)
    expect(result.grad != 0, "the result changes with itself at the rate 1: begin with that", got=result.grad, want=1.0)
    for _ in range(3):
        numbers = _tangle(rng)
        beliefs = {said: _slopes_by(way, numbers) for said, way in BELIEFS.items()}
        _leave(numbers, 0.0)
        _compare(answer, numbers, "these are not the slopes of the result", beliefs)
    expect_close(
        np.array([x.grad, square.grad, result.grad]),
        np.array([2 * x.value + 1, 1.0, 1.0]),
        "these are not the slopes of the result",
        on=f"x = {x.value:.4g}; slopes of x, x*x and x*x + x",
    )


@backward.part(points=2)
def backward_again(answer, rng):
    numbers = _tangle(rng)
    left = rng.uniform(1, 2, len(numbers))
    later = _slopes_by(lambda numbers: _through(numbers[::-1]), numbers, left)
    _leave(numbers, left)
    said = "what an earlier call left in `grad` was added to: set it to 0 for every number first"
    _compare(answer, numbers, "wrong when `grad` is not 0 before the call", {said: later})
    doubled = start = _Number(1.0, "x")
    for _ in range(30):
        doubled = _add(doubled, doubled)
        doubled.text = "…"
    answer(doubled)
    on = "x doubled thirty times, x + x and so on"
    expect_close(start.grad, 2.0**30, "wrong for a long chain in which each number is used twice", on=on)


def _truth(logits: np.ndarray, target: int, c: float) -> np.ndarray:
    """The slopes of the loss by a tiny step into the complex plane: exact, and without any rule of derivation."""
    steps = logits + 1e-30j * np.eye(len(logits))  # row k: the logits, and a step in the k-th
    log_z = logits.max() + np.log(np.exp(steps - logits.max()).sum(1))
    return (log_z - steps[:, target] + c * log_z**2).imag / 1e-30


@exercise(points=3, minutes=20, difficulty=2)
def wish_slope(answer, rng):
    for size, middle in ((3, 1), (5, 1), (8, -6)):  # in the last case ln Z is negative
        logits, c = rng.normal(middle, 1, size), float(rng.uniform(0.05, 0.3))
        target = int(rng.integers(size))
        got = answer(logits, target, c)
        expect_shape(got, (size,))
        z = np.exp(logits).sum()
        p, occurred, log_z = np.exp(logits) / z, np.eye(size)[target], np.log(z)
        shifted = np.log(np.exp(logits - logits.max()).sum())
        plain, rate = p - occurred, 2 * c * log_z
        expect_close(
            got,
            _truth(logits, target, c),
            "these are not the slopes of this loss",
            suspects={
                "these are the slopes of the first part alone; the second wish has slopes, too": plain,
                "the sign is wrong: it is what the model said minus what occurred, and the second part is added": -plain
                + rate * p,
                "the square has the slope 2 · ln Z, not ln Z": plain + rate * p / 2,
                "the chain goes on: ln Z itself changes with each logit, at the rate p": plain + rate,
                "ln Z changes with the logit k at the rate p_k, not p_k minus what occurred": plain * (1 + rate),
                "ln Z changes with every logit, not only with the target's": plain + rate * p * occurred,
                "1 / Z is not yet the rate of ln Z: the slope of Z with the logit is e to the power of it": plain
                + rate / z,
                "this is the slope of c · ln Z, without the square": plain + c * p,
                "the square's slope is 2 · ln Z times that of ln Z; you kept the square": plain + c * log_z**2 * p,
                "taking the largest logit off changes ln Z: add it again": plain + 2 * c * shifted * p,
                "this is ln Z with the base 2; it must be the natural logarithm": plain + rate / np.log(2) * p,
                "ln Z may be negative, and the slope of its square is negative then, too: take no absolute value": plain
                + abs(rate) * p,
                "c is missing": plain + 2 * log_z * p,
                "the first part is missing": rate * p,
            },
        )


@wish_slope.part(points=1)
def wish_slope_large(answer, rng):
    logits, c = rng.normal(0, 1, 5) + 1000, float(rng.uniform(0.001, 0.003))
    target = int(rng.integers(5))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        got = np.asarray(answer(logits, target, c), dtype=float)
    want = _truth(logits, target, c)
    overflow = "e to the power of 1,000 is infinite: take the largest logit off before"
    expect(bool(np.isfinite(got).all()), overflow, got=got, want=want)
    p = np.exp(logits - logits.max())
    p /= p.sum()
    lost = p - np.eye(5)[target] + 2 * c * np.log(np.exp(logits - logits.max()).sum()) * p
    forgotten = "taking the largest logit off changes ln Z: add it again"
    expect_close(got, want, "wrong for large logits; does the first check pass?", suspects={forgotten: lost})


def _unless(wrong: type[Exception], message: str, answer: Callable, *asked: list[float] | float) -> float:
    """The answer; if it stops with this error, such as an impossible logarithm, it is refused with the message."""
    try:
        return answer(*asked)
    except wrong as error:
        refuse(f"{message} (Python says: {error})")


def _steps(factor: float, share: float) -> int:
    """Steps until factor^n <= share, by trying, from a little below the solution on."""
    n = max(1, math.floor(math.log(share) / math.log(factor)) - 2)
    while factor**n > share:
        n += 1
    return n


def _case(rng: np.random.Generator, steep: bool) -> tuple[list[float], float, float]:
    """Curvatures, a learning rate and a share; the steep wall is the slowest (factor near -1), or the gentle one."""
    wall = float(rng.uniform(5, 25))
    lr = float(rng.uniform(1.93, 1.98) if steep else rng.uniform(1.5, 1.6)) / wall
    curvatures = [wall, wall * float(rng.uniform(0.08, 0.12)), 0.8 * wall]
    return [curvatures[i] for i in rng.permutation(3)], lr, float(rng.uniform(0.0005, 0.01))


@exercise(points=3, minutes=25, difficulty=3, seconds=5)
def steps_needed(answer, rng):
    for steep in (False, True, False, True):
        curvatures, lr, share = _case(rng, steep)
        factors = [1 - lr * c for c in curvatures]
        sizes = sorted(abs(f) for f in factors)
        want = _steps(sizes[-1], share)
        middle = abs(1 - lr * float(np.mean(curvatures)))
        size = "some factors are negative here, and have no logarithm: it is the size of a factor that counts"
        got = _unless(ValueError, size, answer, curvatures, lr, share)
        expect(np.ndim(got) == 0, "it is one number of steps, for all parameters together", got=got, want=want)
        expect_close(
            got,
            want,
            "this is not the number of steps that gradient descent takes",
            suspects={
                "wait for the slowest parameter, not for the fastest": _steps(sizes[0], share),
                "this is right for the gentlest direction alone; a steep one may be slower, its factor is negative, "
                "and it is the size that counts": _steps(abs(1 - lr * min(curvatures)), share),
                "this asks the steepest direction alone; a gentle one may be slower, because it creeps": _steps(
                    abs(1 - lr * max(curvatures)), share
                ),
                "one step too few: after so many steps it is not there yet; round up": want - 1,
                "one step too many: it is there already a step before": want + 1,
                "a step count is a whole number: round up": math.log(share) / math.log(sizes[-1]),
                "the curvatures must not be averaged: each parameter goes its own way": _steps(middle, share),
                "a negative factor does not mean that it runs away; only a size of 1 or more does": math.inf,
            },
        )


@steps_needed.part(points=2)
def steps_needed_border(answer, rng):
    wall, share = float(2 ** rng.integers(2, 6)), float(rng.uniform(0.001, 0.01))
    size = "look at the size of the slowest factor, and whether it is above 1, before you take its logarithm"
    got = _unless(ValueError, size, answer, [0.5, wall], 2.1 / wall, share)
    never = "one of the parameters never comes nearer to zero here"
    grows = "a factor of size above 1 makes a parameter grow at every step: it runs away"
    expect(got == math.inf, grows if np.ndim(got) == 0 and got < 0 else never, got=got, want=math.inf)
    ends = "the factor is -1 here, and the logarithm of its size is 0: ask for a size of 1 or more before you divide"
    border = "at the border the factor is -1: it leaps to and fro, and never comes nearer"
    got = _unless(ArithmeticError, ends, answer, [0.5, wall], 2 / wall, share)
    expect(got == math.inf, border, got=got, want=math.inf)
    at_once = "with the factor 0 it is there after one step"
    expect_close(_unless(ValueError, at_once, answer, [wall], 1 / wall, share), 1, at_once)
    halvings = int(2 ** rng.integers(1, 4))  # a power of two: the logarithms divide without a remainder
    curvatures, lr, share = [wall, 1.5 * wall], 0.5 / wall, 0.5**halvings  # the factors are 1/2 and 1/4
    late = "one step too many: it is there already a step before"
    expect_close(
        answer(curvatures, lr, share / 1.5), halvings + 1, "wrong for factors above 0", suspects={late: halvings + 2}
    )
    exactly = "`at most` the share: here it is reached exactly, and no further step is needed"
    got = answer(curvatures, lr, share)
    expect_close(got, halvings, "wrong when the share is reached exactly", suspects={exactly: halvings + 1})
    slow = float(rng.uniform(1, 3)) * 1e-9
    want = math.log(share) / math.log1p(-slow)
    got = answer([0.5, 1.0], 2 * slow, share)
    expect_close(got, want, "wrong for a very small learning rate", rtol=1e-6)
