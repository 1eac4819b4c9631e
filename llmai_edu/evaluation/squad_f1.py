"""Exact match and F1 of an answer in words, as the SQuAD reading test counts them (Rajpurkar et al. 2016)."""

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

from llmai_edu.evaluation.bootstrap import bootstrap_interval
from llmai_edu.evaluation.estimate import Estimate

__all__ = ["answer_words", "exact_match", "held_words", "mean_estimate", "word_f1"]

ARTICLES = re.compile(r"\b(a|an|the)\b")
SIGNS = str.maketrans("", "", string.punctuation + "“”‘’…")


def answer_words(text: str) -> list[str]:
    """The words that are compared: small letters, without signs, without a, an and the, in their order.

    Signs go before the articles, as in SQuAD's own script; typographic quotation marks count as signs, too.

    >>> answer_words('The "with" statement.')
    ['with', 'statement']
    """
    return ARTICLES.sub(" ", text.lower().translate(SIGNS)).split()


def exact_match(answer: str, truth: str) -> bool:
    """Whether both have the same words in the same order.

    >>> exact_match("a BOM.", "the BOM"), exact_match("the BOM of a file", "BOM")
    (True, False)
    """
    return answer_words(answer) == answer_words(truth)


def word_f1(answer: str, truth: str) -> float:
    """The harmonic mean of precision and recall over words; a word counts as often as both have it.

    Two answers without any word are equal (1), one without against one with words are not (0).

    >>> word_f1("in the with statement", "the with statement")          # precision 2/3, recall 2/2
    0.8
    """
    got, want = answer_words(answer), answer_words(truth)
    if not got or not want:
        return float(got == want)
    shared = (Counter(got) & Counter(want)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(got), shared / len(want)
    return 2 * precision * recall / (precision + recall)


def held_words(answer: str, truth: str) -> float:
    """The recall alone: which share of the truth's words the answer has. 1.0 for a truth without words.

    >>> held_words("Use the with statement, always.", "with statement")
    1.0
    """
    want = answer_words(truth)
    return (Counter(answer_words(answer)) & Counter(want)).total() / len(want) if want else 1.0


def mean_estimate(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """The mean over questions, with the 95 % interval of a bootstrap over questions.

    values: (N,) one number for each question, or the differences of two systems on the same questions.

    >>> print(f"{mean_estimate([0, 1] * 50):.2f}")
    0.50 [0.40, 0.60]
    """
    values = np.asarray(values, float)
    low, high = bootstrap_interval(values, np.ones(len(values)), rng=np.random.default_rng(seed))
    return Estimate(float(values.mean()), low, high)
