"""Recorded runs of GloVe and skip-gram on the speeches, longer than a lesson can wait for.

They were made by `benchmarks/record_glove.py` and are shipped as `glove_runs.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["GloveRun", "load_glove_runs"]


@dataclass(frozen=True)
class GloveRun:
    """One run: "glove" or "skipgram", and what its vectors scored on the lists of `word_lists`.

    topic_hits: of 80 topic words, how many have a neighbour of their own topic. analogies: right ones of those asked.
    """

    method: str
    epochs: int
    seed: int
    topic_hits: int
    analogies: int
    asked: int


def load_glove_runs() -> list[GloveRun]:
    """Return the recorded runs, by method and epochs, then by seed.

    >>> load_glove_runs()[0].method
    'glove'
    """
    stored = json.loads((files(__package__) / "glove_runs.json").read_text(encoding="utf-8"))
    runs = [GloveRun(**row) for row in stored["rows"]]
    return sorted(runs, key=lambda run: (run.method, run.epochs, run.seed))
