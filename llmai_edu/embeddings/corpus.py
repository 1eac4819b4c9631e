"""A text as the embedding methods read it: one long array of word ids, with the document that each word stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

__all__ = ["Corpus"]


@dataclass(frozen=True)
class Corpus:
    """Documents as ids, rare words left out.

    words: the V words of the vocabulary, most frequent first. counts: (V,) how often each occurs. ids: (N,) the kept
    words of all documents in a row. doc: (N,) the document of each of them, so that no window reaches from one document
    into the next. n_words: the words of the text, rare ones included: what "words per second" counts.

    >>> corpus = Corpus.from_docs([["to", "be", "or", "not", "to", "be"], ["to", "do"]], min_count=2)
    >>> corpus.words, corpus.counts.tolist(), corpus.ids.tolist(), corpus.doc.tolist()
    (('to', 'be'), [3, 2], [0, 1, 0, 1, 0], [0, 0, 0, 0, 1])
    """

    words: tuple[str, ...]
    counts: np.ndarray
    ids: np.ndarray
    doc: np.ndarray
    n_words: int

    @classmethod
    def from_docs(cls, docs: Iterable[Sequence[str]], min_count: int = 5) -> Corpus:
        """Choose the vocabulary, and encode the documents with it.

        docs: lists of words: sentences, paragraphs or whole texts. min_count: rarer words are dropped before windows
        are laid, as word2vec does. Raises ValueError for a str among the documents, and when no word is frequent.
        """
        docs = list(docs)
        if any(isinstance(doc, str) for doc in docs):
            raise ValueError("a document must be a list of words, got a str; split it first: words(text.lower())")
        counts = Counter(chain.from_iterable(docs))
        kept = sorted((-count, word) for word, count in counts.items() if count >= min_count)
        if not kept:
            raise ValueError(f"no word occurs {min_count} times in these {len(docs)} documents; lower min_count")
        words = tuple(word for _, word in kept)
        ids = {word: i for i, word in enumerate(words)}
        stream = np.array([ids.get(word, -1) for word in chain.from_iterable(docs)])
        doc = np.repeat(np.arange(len(docs)), [len(doc) for doc in docs])
        known = stream >= 0
        return cls(words, np.array([-count for count, _ in kept]), stream[known], doc[known], len(stream))

    @cached_property
    def id_of(self) -> dict[str, int]:
        """The id of each word."""
        return {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"Corpus({len(self.words)} words, {len(self)} of {self.n_words} kept)"
