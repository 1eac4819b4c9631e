"""Summaries of one sentence: chosen from the text by TextRank, or written by a language model.

Mihalcea and Tarau 2004, "TextRank: Bringing Order into Text".
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from llmai_edu.datasets.docstrings import sentences

__all__ = ["PROMPT", "best_sentence", "overlap", "page_rank", "similarities", "summary_ids", "text_rank"]

PROMPT = "Summarize this text in one short sentence.\n\n{text}"


def overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """How alike two sentences are, as lists of words: the words they share, by the logarithms of their lengths.

    Different words are counted. Sentences of one word are like nothing.

    >>> round(overlap("the cat sat down".split(), "the dog sat".split()), 3)
    0.805
    """
    size = math.log(len(a)) + math.log(len(b)) if a and b else 0.0
    return len(set(a) & set(b)) / size if size else 0.0


def similarities(texts: Sequence[str]) -> np.ndarray:
    """The overlap of each sentence with each other one: (S, S), symmetric, 0 on the diagonal.

    >>> similarities(["The cat sat.", "A cat sat.", "Rain fell."]).round(2).tolist()
    [[0.0, 0.91, 0.0], [0.91, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    words = [[word.strip(".,;:!?()[]'\"`") for word in text.lower().split()] for text in texts]
    table = np.array([[overlap(a, b) for b in words] for a in words]).reshape(len(texts), len(texts))
    np.fill_diagonal(table, 0.0)
    return table


def page_rank(weights: np.ndarray, damping: float = 0.85, tolerance: float = 1e-10) -> np.ndarray:
    """How often somebody is at each node who walks along edges, in proportion to their weights, and jumps now and then.

    From a node without edges one jumps anywhere. weights: (S, S), not negative. Returns (S,), summing to 1. Raises
    ValueError for other weights. Page et al. 1999, "The PageRank Citation Ranking".

    >>> page_rank(np.array([[0, 1.0, 0], [1, 0, 1], [0, 1, 0]])).round(3).tolist()
    [0.257, 0.486, 0.257]
    """
    weights = np.asarray(weights, float)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not len(weights) or (weights < 0).any():
        raise ValueError(f"weights must be a square table of numbers that are not negative, got {weights.shape}")
    size = len(weights)
    out = weights.sum(1, keepdims=True)
    moves = np.where(out > 0, weights / np.where(out > 0, out, 1), 1 / size)  # (S, S): row i says where i leads
    rank = np.full(size, 1 / size)
    while True:
        new = (1 - damping) / size + damping * rank @ moves
        if np.abs(new - rank).sum() < tolerance:
            return new
        rank = new


def text_rank(texts: Sequence[str], encode: Callable[[list[str]], np.ndarray] | None = None) -> np.ndarray:
    """How central each sentence of a text is: (S,), summing to 1.

    encode: turns sentences into unit vectors (S, C), whose products take the place of the overlap; negative ones count
    as 0.

    >>> text_rank(["The cat sat.", "A cat sat.", "Rain fell."]).argmin()
    np.int64(2)
    """
    if encode is None:
        return page_rank(similarities(texts))
    vectors = encode(list(texts))
    table = np.clip(vectors @ vectors.T, 0, None)
    np.fill_diagonal(table, 0.0)
    return page_rank(table)


def best_sentence(text: str, encode: Callable[[list[str]], np.ndarray] | None = None) -> str:
    """The most central sentence of a text; the first of several that tie. Raises ValueError for an empty text.

    >>> best_sentence("A cat sat there. The cat sat down there. It rained.")
    'A cat sat there.'
    """
    texts = sentences(text)
    if not texts:
        raise ValueError("there is nothing to summarize: the text is empty")
    ranks = text_rank(texts, encode)
    return texts[int(np.flatnonzero(ranks >= ranks.max() - 1e-9)[0])]


def summary_ids(tokenizer, text: str) -> list[int]:
    """The chat in which a model is asked for a summary, as tokens.

    >>> len(summary_ids(smollm2_tokenizer(), "A cat sat there."))  # doctest: +SKIP
    44
    """
    return tokenizer.chat_ids([{"role": "user", "content": PROMPT.format(text=text)}])
