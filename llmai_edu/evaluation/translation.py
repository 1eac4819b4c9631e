"""How near a translation comes to a person's: BLEU and chrF, through their reference implementation `sacrebleu`.

BLEU counts the words, pairs, triples and quadruples of words that also stand in the reference, and punishes what is
too short (Papineni et al., "BLEU", 2002). chrF does so with runs of one to six characters, and asks for both precision
and recall (Popović, "chrF", 2015). Both go from 0 to 100. They are properties of a *corpus*: sums over all sentences
come first, the quotient last. What a single sentence scores, and the mean of that, is another number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from llmai_edu.evaluation.estimate import Estimate

__all__ = ["bleu_signature", "compare_translations", "score_translations"]

#: How BLEU cuts a text into words; Chinese has no spaces, so each of its characters counts as one.
TOKENIZERS = {"en": "13a", "fr": "13a", "de": "13a", "es": "13a", "zh": "zh"}


def score_translations(
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    language: str,
    rng: np.random.Generator,
    level: float = 0.95,
    resamples: int = 1000,
) -> dict[str, Estimate]:
    """Return corpus "bleu" and "chrf", 0 to 100, each with a bootstrap interval over sentences (Koehn 2004).

    hypotheses: what a model wrote. references: what people wrote, one for each. language: of both, for BLEU's words.
    Raises ValueError for lists that are not equally long or shorter than 2, and for an unknown language.

    >>> rng = np.random.default_rng(0)
    >>> scores = score_translations(["le chat", "un chien"], ["le chat", "un chien"], language="fr", rng=rng)
    >>> print(scores["chrf"])
    100.0 [100.0, 100.0]
    """
    picks = _resample(len(hypotheses), references, rng, resamples)
    estimates = {}
    for name, metric in _metrics(language).items():
        statistics = _statistics(metric, hypotheses, references)
        scores = _scores(metric, statistics, picks)
        estimates[name] = _estimate(metric.corpus_score(hypotheses, [references]).score, scores, level)
    return estimates


def compare_translations(
    hypotheses: Sequence[str],
    baseline: Sequence[str],
    references: Sequence[str],
    *,
    language: str,
    rng: np.random.Generator,
    level: float = 0.95,
    resamples: int = 1000,
) -> dict[str, Estimate]:
    """Return by how many points of "bleu" and "chrf" the hypotheses are better than a baseline's, with intervals.

    Paired: both are scored on the same resampled sentences, so that hard sentences weigh on both and cancel out. The
    interval is then narrower than two single ones suggest. Raises ValueError as `score_translations` does.

    >>> rng = np.random.default_rng(0)
    >>> gain = compare_translations(["le chat", "ab"], ["xx", "xy"], ["le chat", "ab"], language="fr", rng=rng)
    >>> gain["chrf"].excludes_zero
    True
    """
    picks = _resample(len(hypotheses), references, rng, resamples)
    _resample(len(baseline), references, rng, 0)  # refuses a baseline of another length
    estimates = {}
    for name, metric in _metrics(language).items():
        ours, theirs = (_statistics(metric, texts, references) for texts in (hypotheses, baseline))
        gains = _scores(metric, ours, picks) - _scores(metric, theirs, picks)
        whole = np.arange(len(references))[None]
        value = (_scores(metric, ours, whole) - _scores(metric, theirs, whole)).item()
        estimates[name] = _estimate(value, gains, level)
    return estimates


def bleu_signature(language: str) -> str:
    """Return sacrebleu's note of how BLEU is computed, to be given beside the number.

    >>> bleu_signature("zh").split("|version")[0]
    'nrefs:1|case:mixed|eff:no|tok:zh|smooth:exp'
    """
    metric = _metrics(language)["bleu"]
    metric.corpus_score(["a"], [["a"]])  # it learns the number of references from a first use
    return str(metric.get_signature())


def _metrics(language: str) -> dict:
    from sacrebleu.metrics import BLEU, CHRF  # here: only translation needs it

    if language not in TOKENIZERS:
        raise ValueError(f"language is one of {', '.join(TOKENIZERS)}, got {language!r}")
    return {"bleu": BLEU(tokenize=TOKENIZERS[language]), "chrf": CHRF()}


def _statistics(metric, hypotheses: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return (N, S) the counts of each sentence, whose sums make the corpus score.

    sacrebleu has no public name for them, and its own bootstrap takes its seed from the environment.
    """
    return np.asarray(metric._extract_corpus_statistics(list(hypotheses), [list(references)]), float)


def _scores(metric, statistics: np.ndarray, picks: np.ndarray) -> np.ndarray:
    """Return (R,) the corpus score of each resampled corpus; picks: (R, N) the sentences that are in it."""
    score: Callable = metric._compute_score_from_stats
    return np.array([score(statistics[pick].sum(0).tolist()).score for pick in picks])  # sum: (N, S) -> (S,)


def _resample(n: int, references: Sequence[str], rng: np.random.Generator, resamples: int) -> np.ndarray:
    if n != len(references) or n < 2:
        raise ValueError(f"need as many texts as references, at least 2: got {n} and {len(references)}")
    return rng.integers(0, n, (resamples, n))


def _estimate(value: float, scores: np.ndarray, level: float) -> Estimate:
    if not 0 < level < 1:
        raise ValueError(f"level is a share such as 0.95, got {level}")
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(value), float(low), float(high))
