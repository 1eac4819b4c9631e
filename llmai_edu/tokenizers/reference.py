"""What another implementation makes of the speeches, recorded, so that a lesson can compare without installing it."""

import json
from importlib.resources import files


def gpt2_reference() -> dict[str, str | int]:
    """Return what OpenAI's `tiktoken` makes of all speeches with GPT-2's merges.

    `tiktoken`: its version; `tokens`: how many it makes of all speeches, oldest first; `sha256`: the hash of their ids,
    each written as two bytes, the lower one first. `benchmarks/record_references.py` records it, and a test compares
    it with tiktoken itself.

    >>> gpt2_reference()["tokens"]
    2388908
    """
    return json.loads((files(__package__) / "gpt2_reference.json").read_text(encoding="utf-8"))
