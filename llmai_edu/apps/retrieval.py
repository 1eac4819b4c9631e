"""Retrieval: find the chunks that a question is about, by meaning (vectors), by words (BM25), or by both.

Every index has the same three methods: `scores` compares each query with each chunk, `search` returns the best chunks
of one query, and `save` writes it to a file. Equal scores keep the order of the chunks, so a search can be repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np

from llmai_edu.apps.chunks import Chunk
from llmai_edu.apps.index_file import read_index, write_index

__all__ = ["DenseIndex", "FusedIndex", "Hit", "KeywordIndex", "plain_words"]


@dataclass(frozen=True)
class Hit:
    """A chunk that was found: its score, and its place in the index (`index.chunks[hit.place]` is the chunk)."""

    chunk: Chunk
    score: float
    place: int


class _Index:
    """What all indexes share: from scores to a ranking, and from a ranking to hits."""

    chunks: list[Chunk]
    lowest = -np.inf  # a chunk is found if its score is above this

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        raise NotImplementedError

    def ranking(self, scores: np.ndarray) -> np.ndarray:
        """Return the places of the chunks found, the best first; equal scores keep the order of the chunks.

        scores: (N,), a row of `scores`.
        """
        order = np.argsort(-scores, kind="stable")
        return order[scores[order] > self.lowest]

    def search(self, query: str, k: int = 5) -> list[Hit]:
        """Return the k best chunks of one query, the best first; fewer when the index finds no more.

        A blank query finds nothing. Raises ValueError for k below 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        if not query.strip() or not self.chunks:
            return []
        scores = self.scores([query])[0]
        return [Hit(self.chunks[i], float(scores[i]), int(i)) for i in self.ranking(scores)[:k]]


class DenseIndex(_Index):
    """Chunks with their vectors: the score is the cosine of the angle between the query's vector and the chunk's.

    encode: from a list of N texts to (N, C) vectors of length 1, such as `minilm_encoder()`. It encodes all chunks
    here, once. Raises ValueError for vectors of another number or length. Karpukhin et al. 2020, "Dense Passage
    Retrieval for Open-Domain Question Answering".

    >>> encode = lambda texts: np.array([[1.0, 0.0] if "cat" in text else [0.0, 1.0] for text in texts])
    >>> index = DenseIndex([Chunk("a dog", "x", 0, 5), Chunk("a cat", "x", 6, 11)], encode)
    >>> [hit.chunk.text for hit in index.search("my cat", k=1)]
    ['a cat']
    """

    def __init__(self, chunks: Sequence[Chunk], encode: Callable[[list[str]], np.ndarray]):
        self.chunks, self.encode = list(chunks), encode
        self.vectors = self._encode([chunk.text for chunk in self.chunks])  # (N, C)

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return the (Q, N) cosines, -1 to 1, of Q queries and the N chunks."""
        if not len(_texts(queries)) or not self.chunks:
            return np.zeros((len(queries), len(self.chunks)), np.float32)
        cosines = self._encode(queries) @ self.vectors.T
        return cosines.round(6)  # the rest is rounding error, which would order equal chunks by chance

    def save(self, path: str | Path) -> None:
        """Write chunks and vectors to one file; the encoder is not in it."""
        write_index(path, "DenseIndex", self.chunks, {"vectors": self.vectors})

    @classmethod
    def load(cls, path: str | Path, encode: Callable[[list[str]], np.ndarray]) -> DenseIndex:
        """Read an index without encoding its chunks again.

        Raises FileNotFoundError for no file, ValueError for a damaged or foreign one, and ValueError when `encode` is
        not the encoder that made it: its vectors have another size, or the first chunk gets another vector.
        """
        index = cls([], encode)
        index.chunks, arrays = read_index(path, "DenseIndex")
        index.vectors = arrays.get("vectors", np.zeros(0))
        if index.vectors.ndim != 2 or len(index.vectors) != len(index.chunks):
            raise ValueError(f"{path} is damaged: {len(index.chunks)} chunks, vectors {index.vectors.shape}")
        if index.chunks:
            ours, stored = index._encode([index.chunks[0].text])[0], index.vectors[0]
            if ours.shape != stored.shape:
                raise ValueError(f"{path} has vectors of {len(stored)} numbers, this encoder makes {len(ours)}")
            if np.linalg.norm(ours - stored) > 0.1:
                raise ValueError(f"{path} was made by another encoder: its first chunk has another vector")
        return index

    def _encode(self, texts: list[str]) -> np.ndarray:
        """(N, C) float32, checked."""
        vectors = np.asarray(self.encode(texts), np.float32) if texts else np.zeros((0, 0), np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise ValueError(f"encode must return {len(texts)} vectors for {len(texts)} texts, got {vectors.shape}")
        length = np.linalg.norm(vectors, axis=1)
        if not (np.isclose(length, 1, atol=1e-2) | (length == 0)).all():
            raise ValueError("encode must return vectors of length 1: divide each by its length")
        return vectors


def plain_words(text: str) -> list[str]:
    """Return the words of a text in lower case: runs of letters, digits and underscores.

    >>> plain_words("My card's PIN is 4711.")
    ['my', 'card', 's', 'pin', 'is', '4711']
    """
    return re.findall(r"\w+", text.lower())


class KeywordIndex(_Index):
    """Chunks by their words: BM25 adds up, for each word of the query, how rare it is and how much of it a chunk has.

    Lucene's variant, as the library bm25s computes it: a word that n of N chunks have, f times in a chunk of
    L words (mean: M), adds log(1 + (N - n + 1/2) / (n + 1/2)) · f / (f + k1 · (1 - b + b · L / M)). A chunk that shares
    no word with the query is not found. words: from a text to its words. Robertson and Zaragoza 2009, "The
    Probabilistic Relevance Framework: BM25 and Beyond"; Kamphuis et al. 2020 for the variants.

    >>> index = KeywordIndex([Chunk("a dog", "x", 0, 5), Chunk("a cat", "x", 6, 11)])
    >>> [hit.chunk.text for hit in index.search("My cat!")]
    ['a cat']
    """

    lowest = 0.0

    def __init__(
        self,
        chunks: Sequence[Chunk],
        words: Callable[[str], list[str]] = plain_words,
        *,
        k1: float = 1.5,
        b: float = 0.75,
    ):
        self.chunks, self.words, self.k1, self.b = list(chunks), words, k1, b
        bags = [words(chunk.text) for chunk in self.chunks]
        self.bm25 = bm25s.BM25(method="lucene", k1=k1, b=b) if any(bags) else None  # without a word nothing is found
        if self.bm25:
            self.bm25.index(bags, show_progress=False)

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return the (Q, N) BM25 scores, 0 or more, of Q queries and the N chunks."""
        found = np.zeros((len(_texts(queries)), len(self.chunks)), np.float32)
        for row, query in zip(found, queries):
            if self.bm25 and (words := self.words(query)):
                row[:] = self.bm25.get_scores(words)
        return found

    def save(self, path: str | Path) -> None:
        """Write the chunks and both settings to one file; the counts are made again from them."""
        write_index(path, "KeywordIndex", self.chunks, {"settings": np.array([self.k1, self.b])})

    @classmethod
    def load(cls, path: str | Path, words: Callable[[str], list[str]] = plain_words) -> KeywordIndex:
        """Read an index; give the same `words` as before.

        Raises FileNotFoundError for no file, and ValueError for a damaged or foreign one.
        """
        chunks, arrays = read_index(path, "KeywordIndex")
        k1, b = arrays["settings"].tolist()
        return cls(chunks, words, k1=k1, b=b)


class FusedIndex(_Index):
    """Several indexes of the same chunks as one: a chunk's score is the sum of 1 / (constant + its rank) in each.

    Ranks count from 1, and a chunk that an index does not find gets nothing from it. Scores of different kinds
    (cosines, BM25) need not be made comparable, since ranks alone count. Cormack, Clarke and Büttcher 2009, "Reciprocal
    Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods", whose constant is 60. Raises ValueError for
    no index, or indexes of different chunks. Save and load the indexes that it is made of.

    >>> cats = KeywordIndex([Chunk("a dog", "x", 0, 5), Chunk("a cat", "x", 6, 11)])
    >>> round(FusedIndex([cats, cats]).search("cat")[0].score, 4)  # 2 / (60 + 1)
    0.0328
    """

    lowest = 0.0

    def __init__(self, indexes: Sequence[_Index], *, constant: float = 60):
        if not indexes or any(index.chunks != indexes[0].chunks for index in indexes):
            raise ValueError("a FusedIndex needs at least one index, and all of the same chunks in the same order")
        self.indexes, self.chunks, self.constant = list(indexes), indexes[0].chunks, constant

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return the (Q, N) sums of reciprocal ranks of Q queries and the N chunks."""
        total = np.zeros((len(_texts(queries)), len(self.chunks)))
        for index in self.indexes:
            for row, scores in zip(total, index.scores(queries)):
                places = index.ranking(scores)
                row[places] += 1 / (self.constant + 1 + np.arange(len(places)))
        return total.round(12)  # so that the order of adding up decides no tie


def _texts(queries: Sequence[str]) -> list[str]:
    """The queries as a list; one text alone would be taken for a list of letters."""
    if isinstance(queries, str):
        raise ValueError(f"queries must be a list of texts, not one text; write [{queries[:20]!r}]")
    return list(queries)
