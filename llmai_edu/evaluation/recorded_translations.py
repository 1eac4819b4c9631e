"""What recorded translators wrote for held-out emoji names, so that a page can score them without training them.

Recorded by `benchmarks/record_seq2seq.py`, which stores the recipe and the training curve beside the translations.
"""

import json
from dataclasses import dataclass
from importlib.resources import files

from llmai_edu.datasets.parallel import check_language

__all__ = ["RecordedTranslations", "load_recorded_translations"]


@dataclass(frozen=True)
class RecordedTranslations:
    """What one training run wrote. model: "attention" or "one vector". test: in the order of the test pairs."""

    language: str
    model: str
    seed: int
    losses: tuple[float, ...]  # nats for each target token, the mean of each epoch
    valid: tuple[str, ...]
    test: tuple[str, ...]


def load_recorded_translations(language: str) -> list[RecordedTranslations]:
    """Return the recorded runs of a language, both models and all seeds.

    language: "fr", "de", "es" or "zh". Raises ValueError for another.

    >>> {run.model for run in load_recorded_translations("fr")} == {"attention", "one vector"}
    True
    """
    file = files("llmai_edu.evaluation") / f"translations_{check_language(language)}.json"
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"]
    return [
        RecordedTranslations(
            language, run["model"], run["seed"], *(tuple(run[name]) for name in ("losses", "valid", "test"))
        )
        for run in runs
    ]
