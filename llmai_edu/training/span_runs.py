"""Recorded runs: what span corruption is worth when few examples are at hand (lesson 14)."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["load_span_runs"]


def load_span_runs() -> dict[str, Any]:
    """What small T5s answered to misspelled words, with and without pretraining.

    `wrong`, `truth`: the held-out words, misspelled and as they are. `runs`: each with its `start` ("pretrained",
    "random start" or "three letters"), its `seed`, the number of `examples` and its `answers`. `recipe`: the settings.
    `benchmarks/record_t5.py` records them.

    >>> len(load_span_runs()["truth"])
    400
    """
    return json.loads((files(__package__) / "span_runs.json").read_text(encoding="utf-8"))
