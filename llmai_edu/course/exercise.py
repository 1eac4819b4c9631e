"""How a checker is declared, and how it is run on a learner's function."""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from llmai_edu.course.blame import blame
from llmai_edu.course.expect import CheckFailed, Run, current_run, refusal, refuse, same, show
from llmai_edu.course.limit import TimeUp, time_limit

Checker = Callable[[Any, np.random.Generator], None]


@dataclass(frozen=True)
class Part:
    """One graded piece of an exercise: the function that tests it and the points it is worth."""

    name: str
    points: int
    test: Checker


@dataclass(frozen=True)
class Exercise:
    """One exercise: its cost, and its parts, the first of which bears the exercise's own name."""

    id: str
    difficulty: int
    minutes: int
    mutates: bool = False
    seconds: float = 10.0
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The id without its page: `interpolate` for `ngram.interpolate`."""
        return self.id.rpartition(".")[2]

    @property
    def points(self) -> int:
        """What the whole exercise is worth."""
        return sum(part.points for part in self.parts.values())

    def part(self, points: int) -> Callable[[Checker], Checker]:
        """Declare a further graded piece, named as the decorated function; it has a check cell of its own."""

        def declare(test: Checker) -> Checker:
            if test.__name__ in self.parts:
                raise ValueError(f"{self.id} has two parts named {test.__name__!r}")
            self.parts[test.__name__] = Part(test.__name__, points, test)
            return test

        return declare

    def run(self, answer: Any, part: str | None = None, seed: str = "") -> int:
        """Test an answer on inputs drawn from the seed; return how many expectations held.

        Raises CheckFailed when the answer is refused, and whatever the answer itself raises.
        """
        __tracebackhide__ = True
        piece, run, problem = self.parts[part or self.name], Run(self.name), None
        token = current_run.set(run)
        try:
            with time_limit(self.seconds):
                piece.test(as_answer(answer, self.mutates), _generator(f"{seed}|{self.id}|{piece.name}"))
        except TimeUp:
            problem = refusal(f"it did not come back within {self.seconds:g} s: does your loop always advance?")
        except Exception as error:
            problem = blame(error)
        finally:
            current_run.reset(token)
        if problem:  # raised out here, so that it is not its own context
            raise problem
        return run.passed


def exercise(
    *, points: int, minutes: int, difficulty: int, mutates: bool = False, seconds: float = 10.0
) -> Callable[[Checker], Exercise]:
    """Declare the decorated checker `f(answer, rng)` to be an exercise of its module's page.

    `difficulty` is 1 to 3, printed ●○○ in the heading. `mutates=True` is for exercises whose function is meant to
    change its arguments; in all others a changed argument is refused. `seconds` is how long each part may take before
    it is refused as endless. Raises ValueError on a difficulty off the scale.

    >>> @exercise(points=2, minutes=5, difficulty=1)
    ... def double(answer, rng):
    ...     number = int(rng.integers(10))
    ...     assert answer(number) == 2 * number
    >>> double.name, double.points
    ('double', 2)
    """
    if difficulty not in (1, 2, 3):
        raise ValueError(f"difficulty is 1, 2 or 3, got {difficulty!r}")

    def declare(test: Checker) -> Exercise:
        page = test.__module__.rpartition(".")[2]
        declared = Exercise(f"{page}.{test.__name__}", difficulty, minutes, mutates, seconds)
        declared.part(points)(test)
        return declared

    return declare


def as_answer(answer: Any, mutates: bool = False) -> Any:
    """The learner's object as a checker sees it: a function with guarded inputs, or a class as it is.

    Raises CheckFailed when it is neither.
    """
    if isinstance(answer, type):
        return answer
    if callable(answer):
        return _guarded(answer, mutates)
    return refuse(
        f"check wants the function itself, not {show(answer)} ({type(answer).__name__}). "
        "Write its name without brackets: check(..., name), not check(..., name(...))."
    )


def _guarded(function: Callable, mutates: bool) -> Callable:
    """Call the function on copies of the inputs, remember the call, and refuse a changed input."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        run = current_run.get()
        run.call = (args, kwargs)
        given, named = (args, kwargs) if mutates else _copy((args, kwargs))
        try:
            run.result = result = function(*given, **named)
        except TypeError as error:
            if error.__traceback__.tb_next is None:  # raised by the call itself, before the function began
                raise CheckFailed(f"{run.name}: it cannot be called as {run.call_text()}: {error}") from None
            raise
        for before, after in zip([*args, *kwargs.values()], [*given, *named.values()]):
            if not same(before, after):
                refuse("your function changed its input; work on a copy instead", got=after, want=before)
        return result

    return guarded


def _copy(value: Any) -> Any:
    """Copy plain data. Generators, models and functions are handed over as they are: a copied generator would
    give the same draws at every call."""
    if type(value) in (list, tuple, set):
        return type(value)(_copy(item) for item in value)
    if isinstance(value, dict):  # also a Counter or a defaultdict, which copy() keeps what they are
        copied = value.copy()
        for key, item in value.items():  # update() would add to a Counter's counts
            copied[key] = _copy(item)
        return copied
    if isinstance(value, (np.ndarray, bytearray)):
        return value.copy()
    if hasattr(value, "detach") and hasattr(value, "clone"):  # a tensor; deepcopy refuses those with a history
        return value.clone()
    return value


def _generator(text: str) -> np.random.Generator:
    """A generator seeded by text, so that a teacher's secret may be any words."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]))
