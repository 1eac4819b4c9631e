"""Checkers of a sheet that only the tests know: a small specimen of every kind of exercise."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_raises, expect_type


@exercise(points=2, minutes=5, difficulty=2)
def mix(answer, rng):
    for size in (2, 3, 5):
        p, q = rng.dirichlet(np.ones(size), 2)
        weight = float(rng.uniform(0.6, 0.9))
        suspects = {
            "the weights are swapped: `weight` belongs to the first distribution": (1 - weight) * p + weight * q,
            "you left out the second distribution": weight * p,
        }
        expect_close(answer(p, q, weight), weight * p + (1 - weight) * q, "this is not the mixture", suspects=suspects)


@mix.part(points=1)
def mix_sums_to_one(answer, rng):
    p, q = rng.dirichlet(np.ones(4), 2)
    total = float(np.sum(answer(p, q, 0.3)))
    expect(abs(total - 1) < 1e-9, "a mixture of distributions must sum to 1", got=total, want=1.0)
    expect_raises(ValueError, lambda: answer(p, q, 1.5), "a weight above 1 must be refused with a ValueError")


@exercise(points=3, minutes=5, difficulty=1)
def ranked(answer, rng):
    words = [str(word) for word in rng.permutation(["to", "be", "or", "not"])]
    got = answer(words)
    expect_type(got, list)
    expect_equal(got, sorted(words), "sort the words", suspects={"you sorted downwards": sorted(words)[::-1]})


@exercise(points=4, minutes=10, difficulty=3)
def Tally(answer, rng):
    tally, first, second = answer(), int(rng.integers(1, 9)), int(rng.integers(10, 19))
    tally.add(first)
    tally.add(second)
    expect_equal(tally.total, first + second, "the total is off", suspects={"you kept only the last one": second})
    expect_equal(answer().total, 0, "a new tally must start at 0, whatever another one has counted")
