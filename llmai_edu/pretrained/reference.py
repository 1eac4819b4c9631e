"""What another implementation answers with the same weights, recorded, so that a lesson can compare without it."""

import json
from importlib.resources import files
from typing import Any


def smollm2_reference() -> dict[str, Any]:
    """Return the greedy answer that Hugging Face's `transformers` computes from the same GGUF file.

    `question`: what was asked; `ids`: the tokens of the answer, without the one that ends it; `margin`: the smallest
    lead, in logits, of a chosen token over the second best (far above the rounding error of about 1e-4, so that the
    answer is the same on other machines); `transformers`: its version. `benchmarks/record_references.py` records it,
    and a test compares it with transformers itself.

    >>> smollm2_reference()["question"]
    'Write a Python function that returns the factorial of n.'
    """
    return json.loads((files(__package__) / "smollm2_reference.json").read_text(encoding="utf-8"))


def smollm2_logits() -> dict[str, Any]:
    """Return what `transformers` computes when it reads that question and its answer at once.

    `ids`: all T tokens of both; `log_probs`: the log-probability of each token but the first, given those before it (in
    nats, T - 1 of them); `best_ids`, `best_logits`: the five largest logits after the last token. Recorded and tested
    as the answer is.

    >>> reference = smollm2_logits()
    >>> len(reference["ids"]) - len(reference["log_probs"])
    1
    """
    return json.loads((files(__package__) / "smollm2_logits.json").read_text(encoding="utf-8"))
