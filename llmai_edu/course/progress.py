"""What a learner has solved so far: a small JSON file in the user's data folder, kept by `check`."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

from platformdirs import user_data_dir

from llmai_edu.course.lessons import LESSONS

VARIABLE = "LLMAI_EDU_PROGRESS"


def progress_path() -> Path | None:
    """Where progress is kept: LLMAI_EDU_PROGRESS, else the user's data folder; None when it is switched off.

    `LLMAI_EDU_PROGRESS=0` (or `off`) keeps none, and so does grading, which works on other people's answers.
    """
    chosen = os.environ.get(VARIABLE, "")
    if chosen.lower() in ("0", "off") or os.environ.get("LLMAI_EDU_CHECK_SEED"):
        return None
    return Path(chosen) if chosen else Path(user_data_dir("llmai_edu", appauthor=False)) / "progress.json"


def record(exercise_id: str, part: str, parts: int) -> None:
    """Note that a part of an exercise with so many parts was passed; silent when the file cannot be written.

    A learner whose answer is right must hear that it is right, also on a read-only disk.
    """
    path = progress_path()
    if path is None:
        return
    passed = _read(path)
    names = set(passed.get(exercise_id, {}).get("passed", [])) | {part}
    passed[exercise_id] = {"passed": sorted(names), "of": parts}
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, json.dumps(passed, indent=1))


def solved() -> set[str]:
    """The ids of the exercises whose parts were all passed.

    >>> "ngram.nothing_like_it" in solved()
    False
    """
    path = progress_path()
    return {one for one, entry in _read(path).items() if len(entry["passed"]) >= entry["of"]} if path else set()


def progress_table() -> str:
    """One line a written lesson: how many of its exercises are solved, and which.

    >>> "01_tokens" in progress_table()
    True
    """
    done = solved()
    lines = []
    for one in (lesson for lesson in LESSONS if lesson.available):
        marks = [f"{'✓' if name in done else '·'} {name.partition('.')[2]}" for name in one.exercises]
        solved_here = sum(name in done for name in one.exercises)
        lines.append(f"{one.stem:<16} {solved_here} of {len(marks)}   {'  '.join(marks)}".rstrip())
    return "\n".join(lines)


def _read(path: Path) -> dict:
    """The file's content; a missing or damaged file counts as no progress."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {key: {"passed": list(entry["passed"]), "of": int(entry["of"])} for key, entry in content.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _replace(path: Path, text: str) -> None:
    """Write beside the file and move over it, so that a crash leaves the old or the new content."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
