"""The mood of a message: a linear probe on MiniLM's vectors, and the word list that it has to beat."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from llmai_edu.datasets.shop_faq import MOODS
from llmai_edu.finetuning.probe import fit_probe, probe_logits

__all__ = ["MoodReader", "mood_by_words"]

# Written by hand, as a shop might write it, and not fitted to any message.
HARSH_WORDS = (
    "angry annoyed appalling awful bad broken complain complaint disappointed disgrace disgusting "
    "disappointing fed furious horrible joke lied never nobody nonsense outrageous pathetic refund "
    "ridiculous rubbish rude scam shame shameful shocking sick terrible unacceptable useless waste "
    "worst wrong"
)
KIND_WORDS = (
    "amazing appreciate beautiful best brilliant delicious delighted excellent fantastic glad good "
    "great happy kind lovely love loved nice perfect pleased superb thank thanks wonderful"
)
HARSH, KIND = frozenset(HARSH_WORDS.split()), frozenset(KIND_WORDS.split())


@dataclass(frozen=True)
class MoodReader:
    """A probe for the moods "calm", "angry" and "pleased": weight (3, C), bias (3,).

    >>> MoodReader(np.eye(3), np.zeros(3)).read(np.array([[0.0, 5.0, 0.0]]))
    ['angry']
    """

    weight: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, vectors: np.ndarray, moods: Sequence[str], *, l2: float = 0.3) -> "MoodReader":
        """Fit the probe. vectors: (N, C). moods: N names of `MOODS`. Raises ValueError for another name.

        >>> MoodReader.fit(np.eye(3), ["calm", "angry", "pleased"]).read(np.eye(3))
        ['calm', 'angry', 'pleased']
        """
        if unknown := sorted(set(moods) - set(MOODS)):
            raise ValueError(f"no mood is called {unknown[0]!r}; there are {', '.join(MOODS)}")
        return cls(*fit_probe(vectors, np.array([MOODS.index(one) for one in moods]), l2=l2, classes=len(MOODS)))

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """The probability of each mood, (N, 3), in the order of `MOODS`."""
        return softmax(probe_logits(vectors, self.weight, self.bias), axis=1)

    def read(self, vectors: np.ndarray) -> list[str]:
        """The likeliest mood of each text."""
        return [MOODS[i] for i in self.probabilities(vectors).argmax(1)]


def mood_by_words(text: str) -> str:
    """The mood by a list: more harsh words and exclamation marks than kind words, or fewer; none or as many is calm.

    >>> mood_by_words("This is ridiculous!!"), mood_by_words("Thanks, lovely."), mood_by_words("Where is it?")
    ('angry', 'pleased', 'calm')
    """
    words = re.findall(r"[a-z]+", text.lower())
    harsh = sum(word in HARSH for word in words) + text.count("!!")
    kind = sum(word in KIND for word in words)
    return "angry" if harsh > kind else "pleased" if kind > harsh else "calm"
