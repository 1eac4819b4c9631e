"""Edits of licences that a writer marked as changing the meaning or as harmless."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from llmai_edu.apps.licence_diff import Change, changed_sentences

__all__ = ["WrittenEdit", "apply_edit", "change_of", "written_edits"]


class WrittenEdit(NamedTuple):
    """Which words of which licence become which, whether that changes the meaning, and what it does."""

    licence: str
    old: str
    new: str
    matters: bool
    what: str


@cache
def written_edits() -> tuple[WrittenEdit, ...]:
    """Return the edits that come with the package; a language model wrote and marked them, and no lawyer checked them.

    >>> len(written_edits()), sum(edit.matters for edit in written_edits())
    (104, 57)
    """
    items = json.loads((files(__package__) / "recorded" / "licence_edits.json").read_text(encoding="utf-8"))["items"]
    return tuple(
        WrittenEdit(one["licence"], one["old"], one["new"], one["kind"] == "meaning", one["what"]) for one in items
    )


def apply_edit(text: str, edit: WrittenEdit) -> str:
    """Return the text with the edit made, however its lines are broken.

    Raises ValueError unless the words stand there once.

    >>> apply_edit("You may\\nsell it.", WrittenEdit("X", "may sell", "may not sell", True, ""))
    'You may not sell it.'
    """
    pattern = re.compile(r"\s+".join(map(re.escape, edit.old.split())))
    if (found := len(pattern.findall(text))) != 1:
        raise ValueError(f"{edit.old[:40]!r} stands {found} times in the text; it must stand there once")
    return pattern.sub(lambda _: edit.new, text)


def change_of(text: str, edit: WrittenEdit) -> Change:
    """Return what the edit changes as one change, from the first changed sentence to the last."""
    found = changed_sentences(text, apply_edit(text, edit))
    return Change(*(" ".join(filter(None, side)) for side in zip(*((one.old, one.new) for one in found))))
