"""Changed copies of every licence as questions: which licence was this?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from llmai_edu.apps.chunks import split_text
from llmai_edu.apps.licence_edits import KINDS, edit_licence
from llmai_edu.datasets.question import Question

__all__ = ["licence_questions", "passages"]


def licence_questions(
    texts: Mapping[str, str], part: str, seed: int = 0, kinds: Sequence[str] = KINDS
) -> list[Question]:
    """Return one changed copy of each licence for each kind of change, in the order of the licences.

    part: "valid" or "test"; the two draw their places, names and clauses differently. A copy whose words all follow
    each other in another licence too, as in some excerpts, has several answers. `source` is the kind of change.

    >>> [one.source for one in licence_questions({"X": "Copyright [fullname]\\n\\nDo as you like."}, "test")][:2]
    ['filled', 'rewrapped']
    """
    rng = np.random.default_rng((seed, ("valid", "test").index(part)))
    plain = {name: " ".join(text.lower().split()) for name, text in texts.items()}
    questions = []
    for name, text in texts.items():
        for kind in kinds:
            copy = edit_licence(text, kind, rng, part)
            words = " ".join(copy.lower().split())
            same = {other for other, whole in plain.items() if words in whole}
            questions.append(Question(copy, frozenset({name} | same), kind))
    return questions


def passages(text: str, most: int | None = None, size: int = 600) -> list[str]:
    """Return the passages of a text of about `size` characters; of many, `most` that are spread evenly over it.

    >>> len(passages("A sentence of some words. " * 100, most=3))
    3
    """
    found = [chunk.text for chunk in split_text(text, "", size=size, overlap=0)]
    if most is None or len(found) <= most:
        return found
    return [found[i] for i in np.linspace(0, len(found) - 1, most).round().astype(int)]
