"""What lesson 27 recorded: its tasks with the answers, and SmolLM2's programs for HumanEval."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["load_code_recording"]

NAMES = ("code", "human_eval")


def load_code_recording(name: str) -> dict[str, Any]:
    """What `benchmarks/record_code.py` ("code") or `benchmarks/record_human_eval.py` ("human_eval") wrote down.

    Raises FileNotFoundError for another name.

    >>> load_code_recording("human_eval")["seed"]
    0
    """
    if name not in NAMES:
        raise FileNotFoundError(f"no recording {name!r}; there are {' and '.join(NAMES)}")
    return json.loads((files(__package__) / "recorded" / f"{name}.json").read_text(encoding="utf-8"))
