"""Runs that took too long for a page and were recorded: read from the files that come with the package."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["load_recording", "recording_names"]


def recording_names() -> list[str]:
    """The recordings of this room.

    >>> "scaling_runs" in recording_names()
    True
    """
    return sorted(path.name.removesuffix(".json") for path in (files(__package__) / "recorded").iterdir())


def load_recording(name: str) -> dict[str, Any]:
    """What a script `benchmarks/record_*.py` wrote down: the machine, the settings, and the runs.

    Raises FileNotFoundError, naming those that there are.

    >>> sorted(load_recording("scaling_runs")["grid"][0])
    ['flops', 'loss', 'parameters', 'rate', 'seconds', 'seed', 'size', 'tokens']
    """
    if name not in recording_names():
        raise FileNotFoundError(f"no recording {name!r}; there are {', '.join(recording_names())}")
    return json.loads((files(__package__) / "recorded" / f"{name}.json").read_text(encoding="utf-8"))
