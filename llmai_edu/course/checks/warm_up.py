"""A check that belongs to no sheet: lesson 00 uses it to show how an exercise answers back."""

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect_equal


@exercise(points=1, minutes=1, difficulty=1)
def most_probable(answer, rng):
    for size in (3, 5, 8):
        p = rng.dirichlet([1.0] * size).round(3).tolist()
        largest = p.index(max(p))
        suspects = {
            "this is the largest probability itself; return its position in the list": max(p),
            "positions are counted from 0 in Python": largest + 1,
        }
        expect_equal(answer(p), largest, "this is not the position of the largest probability", suspects=suspects)
