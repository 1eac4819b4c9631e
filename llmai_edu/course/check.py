"""`check(...)`: what a learner calls on their own function to hear whether it is right, and if not, why."""

import os
import sysconfig
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from types import TracebackType

from llmai_edu.course import checks, progress
from llmai_edu.course.exercise import Exercise
from llmai_edu.course.expect import CheckFailed

SEED_VARIABLE = "LLMAI_EDU_CHECK_SEED"

# Where code lies that is not the learner's, beside this package: Python's own library and what pip installed.
_INSTALLED = tuple(sysconfig.get_path(place) + os.sep for place in ("stdlib", "purelib", "platlib"))


def check(exercise_id: str, answer: Callable | type, *, part: str | None = None) -> None:
    """Test an answer on fresh inputs: one line when it is right, CheckFailed with the misconception when not.

    `exercise_id` is the page and the exercise, `"ngram.interpolate"`; `answer` is your function (or class) itself;
    `part` names one of the exercise's further parts. The inputs come from a seed: fixed for a learner, the
    teacher's secret at grading (the environment variable LLMAI_EDU_CHECK_SEED), so results cannot be written down
    beforehand.

    Raises CheckFailed when the answer is refused, LookupError for an unknown exercise, and whatever your own
    code raises: a blank raises NotImplementedError.
    """
    __tracebackhide__ = True  # IPython leaves this frame out when the learner's own code failed
    found = find_exercise(exercise_id)
    if part is not None and part not in found.parts:
        raise LookupError(f"{exercise_id} has no part {part!r}; it has {', '.join(found.parts)}")
    problem = None
    try:
        passed = found.run(answer, part, os.environ.get(SEED_VARIABLE) or "learner")
    except Exception as error:
        problem = _for_learner(found, error)
    if problem:  # raised out here, so that it does not come with itself as its own context
        raise problem
    label = found.name if part in (None, found.name) else f"{found.name}, {part}"
    print(f"✓ {label}: passed {passed} test{'s' * (passed != 1)} on fresh inputs")
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


def _for_learner(found: Exercise, error: Exception) -> Exception:
    """The error to show: a refusal without the way to it, the learner's own error from their first line on."""
    if isinstance(error, CheckFailed):
        return error.with_traceback(None)
    own = error.__traceback__
    while own and _is_ours(own):
        own = own.tb_next
    if own is None:  # it never reached the learner's code: the checker stumbled over what came back
        said = f"the check could not work with what your function returned ({type(error).__name__}: {error})"
        refused = CheckFailed(f"{found.name}: {said}")
        refused.__cause__ = error
        return refused
    last = own
    while last.tb_next:
        last = last.tb_next
    if isinstance(error, NotImplementedError) and not _is_ours(last):
        said = f"✗ {found.name}: NotImplementedError: not written yet. Write the cell above, run it, then run this one."
        error._render_traceback_ = lambda: [said]
    return error.with_traceback(own)


def _is_ours(step: TracebackType) -> bool:
    frame = step.tb_frame
    return frame.f_globals.get("__name__", "").startswith("llmai_edu.") or frame.f_code.co_filename.startswith(
        _INSTALLED
    )
