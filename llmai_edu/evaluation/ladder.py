"""The one chart's data: what every model of the course needs for a byte of the same held-out text.

Rungs are recorded by the scripts in `benchmarks/`, each with the recipe that made it, and shipped as `ladder.json`.
"""

import json
import math
import os
from dataclasses import asdict, dataclass, fields
from datetime import date
from importlib.resources import files
from pathlib import Path

__all__ = ["FAMILIES", "Rung", "load_ladder", "record"]

FAMILIES = ("uniform", "compressor", "n-gram", "neural", "pretrained")


@dataclass(frozen=True)
class Rung:
    """One model on the ladder.

    name: as the chart prints it. lesson: the stem that introduces it, "02_ngram". family: one of FAMILIES.
    test, fresh: bits per byte on the test split and on the address of 2026 (None: not measured).
    test_interval, fresh_interval: 95 % bootstrap over paragraphs, [low, high]. test_bytes: how many bytes of the
    test split were read (a slow model reads a stated sample). size, size_unit: such as 134515008 "parameters".
    budget: what it cost to fit, in words. recipe: the command, and what a reader must know. seed: None where nothing is
    random. recorded: ISO date.
    """

    name: str
    lesson: str
    family: str
    test: float
    test_interval: list[float] | None
    test_bytes: int
    fresh: float | None
    fresh_interval: list[float] | None
    size: int
    size_unit: str
    budget: str
    recipe: str
    seed: int | None
    recorded: str

    def __post_init__(self):
        for value in (self.test, self.fresh):
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{self.name}: bits per byte must be a positive number, got {value}")
        for interval in (self.test_interval, self.fresh_interval):
            if interval is not None and not (len(interval) == 2 and interval[0] <= interval[1]):
                raise ValueError(f"{self.name}: an interval is [low, high], got {interval}")
        if self.family not in FAMILIES:
            raise ValueError(f"{self.name}: family must be one of {', '.join(FAMILIES)}; got {self.family!r}")
        date.fromisoformat(self.recorded)


def load_ladder(path: Path | None = None) -> list[Rung]:
    """Return the recorded rungs, from the weakest to the strongest on the test split.

    path: another file than the one shipped with the package.

    >>> load_ladder()[0].name
    'uniform'
    """
    source = path or files(__package__) / "ladder.json"
    known = {field.name for field in fields(Rung)}
    rungs = []
    for entry in json.loads(source.read_text(encoding="utf-8")):
        if entry.keys() != known:
            raise ValueError(f"{source}: {entry.get('name')}: fields differ: {sorted(entry.keys() ^ known)}")
        rungs.append(Rung(**entry))
    return sorted(rungs, key=lambda rung: -rung.test)


def record(rung: Rung, path: Path | None = None) -> None:
    """Write a rung into the ladder's file in place of the one of the same name, if there is one.

    For the scripts in `benchmarks/`, run from a checkout. The file is replaced in one step, never half-written.
    """
    target = path or Path(str(files(__package__) / "ladder.json"))
    others = [r for r in load_ladder(target) if r.name != rung.name] if target.exists() else []
    entries = [asdict(r) for r in sorted([*others, rung], key=lambda r: -r.test)]
    partial = target.with_suffix(".json.partial")
    partial.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, target)
