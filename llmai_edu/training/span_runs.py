"""Recorded runs: what span corruption is worth when few examples are at hand (lesson 14)."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["load_span_runs"]


def load_span_runs() -> dict[str, Any]:
    """What small T5s answered that learned from 100 or 1,000 words, with and without pretraining by span corruption.

    `test`: the held-out words. `runs`: each with its `start` ("pretrained" or "random start"), its `seed`, its `task`,
    the number of `examples` and its `answers` to the test words. `recipe`: the settings. `benchmarks/record_t5.py`
    records them.

    >>> len(load_span_runs()["test"])
    400
    """
    return json.loads((files(__package__) / "span_runs.json").read_text(encoding="utf-8"))
