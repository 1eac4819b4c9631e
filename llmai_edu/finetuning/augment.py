"""Data augmentation: more training texts out of those that there are, in the hope that their labels still hold.

Words dropped and swapped: Wei and Zou 2019, "EDA: Easy Data Augmentation Techniques". Mixed features: Zhang et al.
2018, "mixup: Beyond Empirical Risk Minimization"; for texts, Guo et al. 2019.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from llmai_edu.embeddings.vectors import WordVectors

__all__ = ["augment_set", "delete_words", "mixup", "neighbour_table", "replace_words", "swap_words"]


def delete_words(text: str, rng: np.random.Generator, share: float = 0.15) -> str:
    """Drop each word with this probability; if none would be left, keep one of them.

    >>> delete_words("an utterly charming film", np.random.default_rng(1), share=0.5)
    'an utterly film'
    """
    words = text.split()
    kept = [word for word, drawn in zip(words, rng.random(len(words))) if drawn >= share]
    return " ".join(kept or [words[rng.integers(len(words))]]) if words else text


def swap_words(text: str, rng: np.random.Generator, share: float = 0.15) -> str:
    """Exchange two words, drawn by chance, and again: once for each 1 / share words, and once at least.

    >>> swap_words("an utterly charming film", np.random.default_rng(0))
    'an utterly film charming'
    """
    words = text.split()
    if len(words) < 2:
        return text
    for _ in range(max(1, round(share * len(words)))):
        i, j = rng.choice(len(words), 2, replace=False)
        words[i], words[j] = words[j], words[i]
    return " ".join(words)


def replace_words(
    text: str, rng: np.random.Generator, neighbours: Mapping[str, Sequence[str]], share: float = 0.15
) -> str:
    """Replace each word that has neighbours, with this probability, by one of them; the signs around it stay.

    neighbours: for a word in lower case, those that may stand for it, such as `neighbour_table` finds. They are lists
    of alike *use*, not of alike meaning: "boring" and "funny" are neighbours.

    >>> replace_words("A fine film!", np.random.default_rng(0), {"film": ["movie"], "a": ["one"]}, share=1.0)
    'one fine movie!'
    """
    words = text.split()
    for i, drawn in enumerate(rng.random(len(words))):
        bare = words[i].strip(".,;:!?\"'()-")
        if bare and drawn < share and (found := neighbours.get(bare.lower())):
            words[i] = words[i].replace(bare, found[rng.integers(len(found))])
    return " ".join(words)


def neighbour_table(vectors: WordVectors, words: Sequence[str], k: int = 5) -> dict[str, list[str]]:
    """For each of the words that `vectors` has, the k others with the largest cosine, nearest first.

    >>> table = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> neighbour_table(WordVectors(("good", "bad", "chair"), table), ["good", "unknown"], k=1)
    {'good': ['bad']}
    """
    known = [word for word in dict.fromkeys(words) if word in vectors]
    found = {}
    for start in range(0, len(known), 256):
        part = known[start : start + 256]
        rows = vectors.rows(part)
        cosines = vectors.unit[rows] @ vectors.unit.T  # (256, V)
        cosines[np.arange(len(rows)), rows] = -np.inf
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        found |= {word: [vectors.words[i] for i in row] for word, row in zip(part, best)}
    return found


def augment_set(
    texts: Sequence[str],
    labels: Sequence[int],
    augment: Callable[[str, np.random.Generator], str],
    copies: int,
    rng: np.random.Generator,
) -> tuple[list[str], np.ndarray]:
    """The texts and, after them, so many altered copies of each, under the label of the original.

    `augment` of `lambda text, rng: text` gives plain copies: the control that tells new texts from a larger weight of
    the old ones. Only for training texts, after the split: an altered copy of a test sentence is a leak.

    >>> texts, labels = augment_set(["a b"], [1], swap_words, 2, np.random.default_rng(0))
    >>> texts, labels.tolist()
    (['a b', 'b a', 'b a'], [1, 1, 1])
    """
    more = [augment(text, rng) for _ in range(copies) for text in texts]
    return [*texts, *more], np.tile(np.asarray(labels), copies + 1)


def mixup(
    features: np.ndarray, labels: Sequence[int], rng: np.random.Generator, *, alpha: float = 0.4, classes: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Each example mixed with another one, drawn by chance: features and labels in the same shares.

    The share is drawn from Beta(alpha, alpha): below 1, mostly near 0 or 1. features: (N, C). Returns (N, C) and the
    shares of the classes (N, K).

    >>> x, y = mixup(np.array([[0.0], [1.0]]), [0, 1], np.random.default_rng(0))
    >>> bool(np.allclose(x[:, 0], y[:, 1]))
    True
    """
    partner, lam = rng.permutation(len(features)), rng.beta(alpha, alpha, len(features))[:, None]
    targets = np.eye(classes)[np.asarray(labels)]
    return lam * features + (1 - lam) * features[partner], lam * targets + (1 - lam) * targets[partner]
