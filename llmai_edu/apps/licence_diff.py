"""What changed between two versions of a text, sentence by sentence, and three ways to say how much it matters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

__all__ = [
    "Change",
    "changed_sentences",
    "edit_share",
    "like_pairs",
    "meaning_distance",
    "sentences",
    "signal_changes",
    "told_changes",
    "word_diff",
]

SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\n\s*\n")
SIGNALS = frozenset(
    [
        "not",
        "no",
        "nor",
        "never",
        "none",
        "without",
        "except",
        "only",
        "unless",
        "must",
        "may",
        "shall",
        "should",
        "can",
        "cannot",
        "will",
        "any",
        "all",
        "every",
        "each",
        "free",
        "fee",
        "charge",
        "commercial",
        "non",
        "exclude",
        "excluding",
        "include",
        "including",
        "provided",
        "prohibited",
        "permitted",
    ]
)


@dataclass(frozen=True)
class Change:
    """A sentence before and after; "" where it is missing on one side."""

    old: str
    new: str


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, also those between semicolons and colons, line ends as spaces.

    >>> sentences("Do this;\\nnot\\n that. End")
    ['Do this;', 'not that.', 'End']
    """
    return [" ".join(one.split()) for one in SENTENCE.split(text) if one.strip()]


def changed_sentences(old: str, new: str) -> list[Change]:
    """Return the sentences that differ, in order, each with the one in its place.

    Sentences that are the same on both sides are aligned first (difflib: Ratcliff and Metzener 1988). Of those between
    them, an old and a new one make a pair if they share enough words (`like_pairs`); the others stand alone.

    >>> changed_sentences("One. Two. Three.", "One. Two and a half. Three.")
    [Change(old='Two.', new='Two and a half.')]
    """
    before, after = sentences(old), sentences(new)
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            ours, theirs, i, j = before[a:b], after[c:d], 0, 0
            for x, y in [*like_pairs(ours, theirs), (len(ours), len(theirs))]:
                found += [Change(one, "") for one in ours[i:x]] + [Change("", one) for one in theirs[j:y]]
                found += [Change(ours[x], theirs[y])] if x < len(ours) else []
                i, j = x + 1, y + 1
    return found


def like_pairs(ours: Sequence[str], theirs: Sequence[str], least: float = 0.3) -> list[tuple[int, int]]:
    """Return the places of sentences that belong together, in order and without crossing, so that all are most alike.

    Alike: twice the number of common words by the number of words of both (Dice 1945); below `least`, no pair.

    >>> like_pairs(["ISC License", "You may copy it."], ["You may not copy it."])
    [(1, 0)]
    """
    bags = [[set(_words(one)) for one in side] for side in (ours, theirs)]
    alike = np.array([[2 * len(a & b) / (len(a) + len(b) or 1) for b in bags[1]] for a in bags[0]])
    best = np.zeros((len(ours) + 1, len(theirs) + 1))  # of the sentences from i and from j on
    for i in range(len(ours) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            paired = alike[i, j] + best[i + 1, j + 1] if alike[i, j] >= least else 0.0
            best[i, j] = max(paired, best[i + 1, j], best[i, j + 1])
    pairs, i, j = [], 0, 0
    while i < len(ours) and j < len(theirs):
        if best[i, j] == best[i + 1, j]:
            i += 1
        elif best[i, j] == best[i, j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def told_changes(changes: Sequence[Change], most: int = 5, context: int = 6) -> str:
    """Return the first changes as lines, in the order of the text, and how many more there are.

    context: as in `word_diff`. What is gone or new is never shortened.

    >>> told_changes([Change("a b", "a c"), Change("d", "")], most=1)
    '  * a [-b-] {+c+}\\n  and 1 more'
    """
    lines = [f"  * {word_diff(one, context)}" for one in changes[:most]]
    more = len(changes) - len(lines)
    return "\n".join([*lines, *([f"  and {more} more"] if more else [])])


def word_diff(change: Change, context: int | None = None) -> str:
    """Return one line in which [-these words-] are gone and {+these+} are new.

    context: of a longer run of words that stay, show only so many at either end; None shows all.

    >>> word_diff(Change("You may not sell it.", "You may sell it."))
    'You may [-not-] sell it.'
    """
    old, new, parts = change.old.split(), change.new.split(), []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            short = context is not None and b - a > 2 * context + 1
            parts += [*old[a : a + context], "…", *old[b - context : b]] if short else old[a:b]
            continue
        parts += [f"[-{' '.join(old[a:b])}-]"] if b > a else []
        parts += [f"{{+{' '.join(new[c:d])}+}}"] if d > c else []
    return " ".join(parts)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def edit_share(change: Change) -> float:
    """Return 1 - difflib's ratio of the words, without case and punctuation: 0 the same, 1 nothing in common.

    >>> edit_share(Change("a b c d", "A, b c e")), edit_share(Change("a b", ""))
    (0.25, 1.0)
    """
    return 1 - SequenceMatcher(None, _words(change.old), _words(change.new), autojunk=False).ratio()


def signal_changes(change: Change) -> int:
    """Return how many words such as "not", "only", "must" and "may" stand more often on one side than on the other.

    >>> signal_changes(Change("You must not sell it.", "You may sell it."))
    3
    """
    old, new = _words(change.old), _words(change.new)
    return sum(abs(old.count(word) - new.count(word)) for word in SIGNALS)


def meaning_distance(changes: Sequence[Change], encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """Return 1 - cosine of the vectors of old and new, for each change; 1 where a side is missing.

    encode: from N texts to (N, C) vectors of length 1. Returns (N,).

    >>> meaning_distance([Change("a", "")], lambda texts: np.ones((len(texts), 1))).tolist()
    [1.0]
    """
    found, both = np.ones(len(changes)), [i for i, one in enumerate(changes) if one.old and one.new]
    if both:
        old = np.asarray(encode([changes[i].old for i in both]))
        new = np.asarray(encode([changes[i].new for i in both]))
        found[both] = 1 - (old * new).sum(1)
    return found
