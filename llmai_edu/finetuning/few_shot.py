"""Learning from few examples: the task of the curves, how its examples are drawn, and the recorded runs."""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from llmai_edu.datasets.hash_split import Split, split_by_key
from llmai_edu.datasets.sentiment import Review, load_sentiment
from llmai_edu.evaluation.estimate import Estimate

__all__ = ["draw_balanced", "few_shot_runs", "mean_interval", "short_reviews"]


def short_reviews(kind: str = "movies", longest: int = 12) -> Split[Review]:
    """The rated sentences of a kind that have at most `longest` words and are not rated 0, in three parts.

    Split by the words of a sentence, as in lesson 06: copies stay together, and no test sentence of this page was a
    training sentence of that one. Fetched first if they are not in the cache.

    >>> task = short_reviews("movies")                     # doctest: +SKIP
    """
    rated = [one for one in load_sentiment(kind) if one.score != 0 and 1 <= len(one.text.split()) <= longest]
    return split_by_key(rated, lambda one: " ".join(re.findall(r"\w+", one.text.lower())), (0.7, 0.1, 0.2))


def draw_balanced(labels: Sequence[int], n: int, rng: np.random.Generator) -> np.ndarray:
    """The places of n examples, equally many of each class, in random order.

    Raises ValueError when n is no multiple of the number of classes, or a class has too few.

    >>> places = draw_balanced([0, 0, 0, 1, 1], 4, np.random.default_rng(0))
    >>> sorted(np.array([0, 0, 0, 1, 1])[places].tolist())
    [0, 0, 1, 1]
    """
    labels = np.asarray(labels)
    classes, counts = np.unique(labels, return_counts=True)
    if n < 1 or n % len(classes) or n // len(classes) > counts.min():
        raise ValueError(f"cannot draw {n} equally from {len(classes)} classes of at least {counts.min()} examples")
    drawn = [rng.permutation(np.flatnonzero(labels == one))[: n // len(classes)] for one in classes]
    return rng.permutation(np.concatenate(drawn))


def mean_interval(values: Sequence[float], level: float = 0.95) -> Estimate:
    """The mean over seeds and its interval by Student's t, which allows for how few they are.

    values: (S,) one a seed; for a paired comparison, the differences, seed by seed. Raises ValueError for fewer than 2.

    >>> print(f"{mean_interval([0.70, 0.72, 0.74]):.3f}")
    0.720 [0.670, 0.770]
    """
    from scipy.stats import t  # here: it takes a while to load

    values = np.asarray(values, float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"an interval needs the values of at least 2 seeds, got shape {values.shape}")
    half = t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return Estimate(float(values.mean()), float(values.mean() - half), float(values.mean() + half))


@cache
def few_shot_runs() -> dict[str, Any]:
    """What `benchmarks/record_few_shot.py` wrote down: the machine, the settings, and the runs.

    >>> len({run["seed"] for run in few_shot_runs()["curve"]}) >= 5
    True
    """
    return json.loads((files(__package__) / "few_shot_runs.json").read_text(encoding="utf-8"))
