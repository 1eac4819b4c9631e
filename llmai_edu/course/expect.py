"""What a checker says to a learner: expectations whose messages name the misconception that they met."""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from reprlib import Repr
from typing import Any, NoReturn

import numpy as np


class _Short(Repr):
    """Python's shortened `repr`, with arrays and tensors (told by name, so torch is not imported) in four digits."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxlist, self.maxtuple, self.maxdict, self.maxset = 4, 12, 12, 8, 8
        self.maxstring = self.maxother = 100

    def repr_float(self, number: float, level: int) -> str:
        return f"{number:.6g}"

    def repr_float64(self, number: np.float64, level: int) -> str:
        return f"{number:.6g}"

    def repr_ndarray(self, array: np.ndarray, level: int) -> str:
        return f"array({np.array2string(array, precision=4, separator=', ', threshold=24, suppress_small=True)})"

    def repr_function(self, function: Callable, level: int) -> str:
        return function.__name__

    def repr_Generator(self, generator: Any, level: int) -> str:
        return "rng"

    def repr_Tensor(self, tensor: Any, level: int) -> str:
        return self.repr_ndarray(tensor.detach().cpu().numpy(), level).replace("array", "tensor", 1)


class CheckFailed(AssertionError):
    """An answer was refused; the message says what it got wrong and on which input.

    In a notebook only the message is shown, not the way through the library that led to it.

    >>> str(CheckFailed("the weights are swapped"))
    'the weights are swapped'
    """

    def _render_traceback_(self) -> list[str]:
        return f"✗ {self}".splitlines()


@dataclass
class Run:
    """One run of a checker: how many expectations held so far, and the last call of the learner's function."""

    name: str
    passed: int = 0
    call: tuple[tuple, dict] | None = None
    result: Any = None

    def call_text(self) -> str:
        """The last call as a learner would write it, or nothing before the first one.

        >>> Run("mix", call=(([0.5, 0.5],), {"weight": 1})).call_text()
        'mix([0.5, 0.5], weight=1)'
        """
        if self.call is None:
            return ""
        args, kwargs = self.call
        parts = [show(arg) for arg in args] + [f"{key}={show(value)}" for key, value in kwargs.items()]
        return f"{self.name}({', '.join(parts)})"


# A context variable, so that authors need not hand the run through every helper of a checker.
current_run: ContextVar[Run | None] = ContextVar("current_run", default=None)


def show(value: Any) -> str:
    """A value in few characters, arrays with four digits: what messages print.

    >>> show(np.array([1 / 3, 2 / 3]))
    'array([0.3333, 0.6667])'
    """
    return _Short().repr(value)


def same(got: Any, want: Any, *, rtol: float = 0.0, atol: float = 0.0) -> bool:
    """Whether two answers agree: numbers within a tolerance, containers item by item, the rest by `==`.

    Lists, tuples, arrays and CPU tensors of equal numbers are the same; shapes are not broadcast.

    >>> same([0.1 + 0.2, 1], np.array([0.3, 1]), rtol=1e-9), same([1, 2], [2, 1])
    (True, False)
    """
    if got is want:
        return True
    got_numbers, want_numbers = _numbers(got), _numbers(want)
    if got_numbers is not None and want_numbers is not None:
        if got_numbers.shape != want_numbers.shape:
            return False
        return bool(np.allclose(got_numbers, want_numbers, rtol=rtol, atol=atol, equal_nan=True))
    if isinstance(got, Mapping) and isinstance(want, Mapping):
        return got.keys() == want.keys() and all(same(got[k], want[k], rtol=rtol, atol=atol) for k in want)
    if isinstance(got, (list, tuple)) and isinstance(want, (list, tuple)):
        return len(got) == len(want) and all(same(g, w, rtol=rtol, atol=atol) for g, w in zip(got, want))
    return bool(np.all(got == want))


def _numbers(value: Any) -> np.ndarray | None:
    """The value as an array of numbers, or None when it is something else."""
    try:
        array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    except (ValueError, TypeError):  # ragged
        return None
    return array if array.dtype.kind in "biuf" else None


def _rounded(got: Any, want: Any) -> bool:
    """Whether the answer is what was wanted, rounded to 2 to 6 places; to one place, it may be so by chance."""
    numbers = _numbers(want)
    if numbers is None or numbers.dtype.kind != "f" or same(got, np.round(numbers, 1)):
        return False
    return any(same(got, np.round(numbers, places), atol=1e-12) for places in range(2, 7))


def refusal(message: str, *, got: Any = ..., want: Any = ..., on: str | None = None) -> CheckFailed:
    """The refusal of an answer, with what was expected, what came, and on which input.

    `on` describes the input; left out, the last call of the learner's function is shown, and `""` shows none.

    >>> print(refusal("you forgot the last word", got=3, want=4))
    you forgot the last word
        expected  4
        got       3
    """
    run = current_run.get()
    lines = [f"{run.name}: {message}" if run else message]
    if got is None and want is not None:
        lines[0] += "; did you forget `return`?"
    on = (run.call_text() if run else "") if on is None else on
    lines += [_field(label, show(value)) for label, value in [("expected", want), ("got", got)] if value is not ...]
    return CheckFailed("\n".join(lines + ([_field("on", on)] if on else [])))


def refuse(message: str, *, got: Any = ..., want: Any = ..., on: str | None = None) -> NoReturn:
    """Refuse the answer: raise `refusal(...)`."""
    raise refusal(message, got=got, want=want, on=on)


def _field(label: str, text: str) -> str:
    return f"    {label:<9} " + text.replace("\n", "\n" + " " * 14)


def expect(condition: bool, message: str, *, got: Any = ..., want: Any = ..., on: str | None = None) -> None:
    """Demand a property of the answer; the message says what its absence means.

    >>> expect(sum([0.5, 0.5]) == 1, "your probabilities must sum to 1")
    """
    if not condition:
        refuse(message, got=got, want=want, on=on)
    if run := current_run.get():
        run.passed += 1


def expect_close(
    got: Any,
    want: Any,
    message: str,
    *,
    suspects: Mapping[str, Any] | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    on: str | None = None,
) -> None:
    """Demand a number, an array or a container of numbers.

    `suspects` maps a misconception to what it would have given: when the answer equals that, it is named instead
    of the plain message, and so is a result that is right but rounded. Shapes must agree.

    >>> expect_close(0.1 + 0.2, 0.3, "the sum is off", suspects={"you multiplied": 0.1 * 0.2})
    """
    if not same(got, want, rtol=rtol, atol=atol):
        for misconception, value in (suspects or {}).items():
            if same(got, value, rtol=rtol, atol=atol):
                refuse(misconception, got=got, want=want, on=on)
        if _rounded(got, want):
            refuse("you rounded the result; return it as it is, and do not round", got=got, want=want, on=on)
        refuse(message, got=got, want=want, on=on)
    expect(True, message)


def expect_equal(
    got: Any, want: Any, message: str, *, suspects: Mapping[str, Any] | None = None, on: str | None = None
) -> None:
    """Demand exactly this text, list of ids or count; `suspects` as for `expect_close`.

    >>> expect_equal([1, 2], [1, 2], "wrong ids", suspects={"you sorted downwards": [2, 1]})
    """
    expect_close(got, want, message, suspects=suspects, rtol=0.0, atol=0.0, on=on)


def expect_type(got: Any, kind: type | tuple[type, ...], message: str | None = None) -> None:
    """Demand a type, before anything is computed with the answer.

    >>> expect_type([1, 2], (list, tuple))
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    names = " or ".join(one.__name__ for one in kinds)
    said = f"it must return {names}, not {type(got).__name__}"
    if list in kinds and isinstance(got, (tuple, range, np.ndarray, Iterator)):
        said += "; `list(...)` makes a list of it"
    expect(isinstance(got, kinds), message or said, got=got)


def expect_shape(got: Any, shape: tuple[int, ...], message: str | None = None) -> None:
    """Demand the shape of an array or a tensor.

    >>> expect_shape(np.zeros((2, 3)), (2, 3))
    """
    came = tuple(np.shape(got.detach().cpu() if hasattr(got, "detach") else got))
    expect(came == tuple(shape), message or "the shape is wrong", got=came, want=tuple(shape))


def expect_raises(error: type[Exception], call: Callable[[], Any], message: str) -> None:
    """Demand that bad input is refused with this error; a blank that is not written yet passes through.

    >>> expect_raises(ZeroDivisionError, lambda: 1 / 0, "dividing by zero must fail")
    """
    try:
        result = call()
    except error:
        return expect(True, message)
    except (NotImplementedError, CheckFailed):
        raise
    except Exception as other:
        refuse(message, got=f"{type(other).__name__}: {other}", want=error.__name__)
    refuse(message, got=result, want=error.__name__)
