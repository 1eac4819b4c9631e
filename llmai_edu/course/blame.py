"""Whose error is it: the learner's own, which they must see, or the checker's, stumbling over what came back?"""

import os
import sysconfig
from types import TracebackType

from llmai_edu.course.expect import CheckFailed, current_run, refusal

# Where code lies that is not the learner's, beside this package: Python's own library and what pip installed.
_INSTALLED = tuple(sysconfig.get_path(place) + os.sep for place in ("stdlib", "purelib", "platlib"))


def blame(error: Exception) -> Exception:
    """The error to show for what a checker raised, with a traceback that begins in the learner's own code.

    A refusal stays as it is. An error that never reached the learner's code becomes a refusal: the checker could not
    use what their function returned. A blank's NotImplementedError stays what it is; a notebook shows it as one line.
    """
    if isinstance(error, CheckFailed):
        return error.with_traceback(None)
    own = _learners_part(error.__traceback__)
    run = current_run.get()
    if own is None:
        said = f"the check could not work with what your function returned ({type(error).__name__}: {error})"
        refused = refusal(said, got=run.result if run.call else ...)
        refused.__cause__ = error
        return refused
    if isinstance(error, NotImplementedError) and not _is_installed(_last(own)):
        said = f"✗ {run.name}: NotImplementedError: not written yet. Write the cell above, run it, then run this one."
        error._render_traceback_ = lambda: [said]
    return error.with_traceback(own)


def _learners_part(step: TracebackType | None) -> TracebackType | None:
    """The traceback from the first line of the learner's code on; None when it never gets there."""
    while step and _is_installed(step):
        step = step.tb_next
    return step


def _last(step: TracebackType) -> TracebackType:
    while step.tb_next:
        step = step.tb_next
    return step


def _is_installed(step: TracebackType) -> bool:
    frame = step.tb_frame
    return frame.f_globals.get("__name__", "").startswith("llmai_edu.") or frame.f_code.co_filename.startswith(
        _INSTALLED
    )
