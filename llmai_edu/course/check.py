"""`check(...)`: what a learner calls on their own function to hear whether it is right, and if not, why."""

import os
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules

from llmai_edu.course import checks, progress
from llmai_edu.course.exercise import Exercise

SEED_VARIABLE = "LLMAI_EDU_CHECK_SEED"


def check(exercise_id: str, answer: Callable | type, *, part: str | None = None) -> None:
    """Test an answer on inputs that its sheet does not show: one line when it is right, CheckFailed when not.

    `exercise_id` is the page and the exercise, `"ngram.interpolate"`; `answer` is your function (or class) itself;
    `part` names one of the exercise's further parts. The inputs come from a seed: fixed for a learner, the
    teacher's secret at grading (the environment variable LLMAI_EDU_CHECK_SEED), so results cannot be written down
    beforehand.

    Raises CheckFailed, which names the misconception, when the answer is refused or does not come back in time,
    LookupError for an unknown exercise, and whatever your own code raises: a blank raises NotImplementedError.
    """
    __tracebackhide__ = True  # IPython leaves this frame out when the learner's own code failed
    found = find_exercise(exercise_id)
    if part is not None and part not in found.parts:
        raise LookupError(f"{exercise_id} has no part {part!r}; it has {', '.join(found.parts)}")
    passed = found.run(answer, part, os.environ.get(SEED_VARIABLE) or "learner")
    label = found.name if part in (None, found.name) else f"{found.name}, {part}"
    print(f"✓ {label}: passed {passed} test{'s' * (passed != 1)} on inputs that the sheet does not show")
    progress.record(found.id, part or found.name, len(found.parts))


def find_exercise(exercise_id: str) -> Exercise:
    """The exercise with this id. Raises LookupError with the nearest names when there is none."""
    page, _, name = exercise_id.partition(".")
    pages = [module.name for module in iter_modules(checks.__path__)]
    if page not in pages:
        raise LookupError(f"no exercises belong to {page!r}{_nearest(page, pages)}")
    known = {one.name: one for one in exercises(page)}
    if name not in known:
        raise LookupError(f"{page!r} has no exercise {name!r}{_nearest(name, list(known))}")
    return known[name]


def exercises(page: str) -> list[Exercise]:
    """The exercises of one page, such as `"ngram"`, in the order in which they are declared."""
    module = import_module(f"{checks.__name__}.{page}")
    return [value for value in vars(module).values() if isinstance(value, Exercise)]


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else f"; there are {', '.join(known)}"
