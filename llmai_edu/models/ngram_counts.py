"""Counting every n-gram of a corpus, up to some order, with a few sorts instead of a dictionary.

The tables form a trie. All distinct k-grams stand in one sorted array, and the place of a k-gram in it is its
*id*. A k-gram is its context (the id of its first k-1 symbols) followed by one symbol, so that one integer,
``context * V + symbol``, stands for it however long it is. Symbols are integers 0..V-1: bytes, or token ids.

Documents are separate: no n-gram spans two of them, and there is no padding symbol. The first symbols of a
document simply have shorter contexts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Level", "NGramCounts", "Symbols", "as_symbols", "count_ngrams"]

Symbols = bytes | Sequence[int] | np.ndarray


def as_symbols(sequence: Symbols, vocab_size: int = 256) -> np.ndarray:
    """Return a sequence of bytes or of token ids as an array of integers.

    Returns (T,) int64. Raises TypeError for text (encode it first) and for anything that is not integers,
    ValueError for a symbol outside 0..vocab_size-1.

    >>> as_symbols(b"abc")
    array([97, 98, 99])
    """
    if isinstance(sequence, str):
        raise TypeError("expected bytes or token ids, got text: pass text.encode() or tokenizer.encode(text)")
    array = np.frombuffer(sequence, np.uint8) if isinstance(sequence, bytes) else np.asarray(sequence)
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise TypeError(f"expected one flat sequence of integers, got {array.dtype} of shape {array.shape}")
    if array.min() < 0 or array.max() >= vocab_size:
        low, high = int(array.min()), int(array.max())
        raise ValueError(f"symbols must lie in 0..{vocab_size - 1}, got {low}..{high}: is vocab_size right?")
    return array.astype(np.int64)


@dataclass(frozen=True)
class Level:
    """All distinct k-grams of one order k, sorted; the place of a k-gram in these arrays is its id.

    keys: (n,) int64, context id * V + last symbol. counts: (n,) how often each occurs. suffix: (n,) the id, one
    level below, of the k-gram without its first symbol.
    """

    vocab_size: int
    keys: np.ndarray
    counts: np.ndarray
    suffix: np.ndarray

    @property
    def context(self) -> np.ndarray:
        """(n,) the id, one level below, of each k-gram without its last symbol."""
        return self.keys // self.vocab_size

    def find(self, context: np.ndarray, symbol: np.ndarray) -> np.ndarray:
        """Return the ids of the k-grams ``context + symbol``; -1 where one never occurred.

        context: (T,) ids of the level below, -1 for one that never occurred. symbol: (T,). Returns (T,) int64.
        """
        key = context * self.vocab_size + symbol
        at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        return np.where(self.keys[at] == key, at, -1)


@dataclass(frozen=True)
class NGramCounts:
    """The counts of all n-grams of orders 1 to ``order``; ``levels[k - 1]`` holds the k-grams."""

    vocab_size: int
    levels: tuple[Level, ...]

    @property
    def order(self) -> int:
        """The length of the longest n-grams that were counted."""
        return len(self.levels)

    def __len__(self) -> int:
        """Return the number of distinct n-grams of all orders: the size of a model made of them."""
        return sum(len(level.keys) for level in self.levels)

    def up_to(self, order: int) -> "NGramCounts":
        """Return the same counts without the n-grams longer than ``order``; nothing is counted again."""
        if not 1 <= order <= self.order:
            raise ValueError(f"these counts hold orders 1 to {self.order}, asked for {order}")
        return NGramCounts(self.vocab_size, self.levels[:order])

    def count(self, ngram: Symbols) -> int:
        """Return how often one n-gram occurred.

        >>> count_ngrams([b"banana"], order=3).count(b"an")
        2
        """
        symbols, found = as_symbols(ngram, self.vocab_size), np.zeros(1, np.int64)
        if not 1 <= len(symbols) <= self.order:
            raise ValueError(f"these counts hold n-grams of 1 to {self.order} symbols, not of {len(symbols)}")
        for level, symbol in zip(self.levels, symbols):
            found = level.find(found, symbol)
        return int(level.counts[found[0]]) if found[0] >= 0 else 0


def count_ngrams(docs: Iterable[Symbols], order: int, vocab_size: int = 256) -> NGramCounts:
    """Count all n-grams of up to ``order`` symbols, never across the end of a document.

    Each round lengthens every k-gram by one symbol and ranks the results, so that the time is at most ``order``
    sorts: about 5 s and 1 GB for order 6 over 11 million bytes.

    docs: sequences of integers below vocab_size. Raises ValueError for no documents or an order that no document
    is long enough for.

    >>> counts = count_ngrams([b"banana"], order=3)
    >>> len(counts.levels[2].keys), counts.count(b"ana")  # ban, ana, nan
    (3, 2)
    """
    symbols, room = _join(docs, order, vocab_size)
    ids = np.zeros(len(symbols), np.int64)  # the id of the k-gram that starts here; k = 0: the empty one
    levels = []
    for k in range(1, order + 1):
        at = np.flatnonzero(room >= k)  # where a k-gram ends before its document does
        keys, rank, counts, example = rank_keys(ids[at] * vocab_size + symbols[at + k - 1])
        suffix = ids[at[example] + 1] if k > 1 else np.zeros(len(keys), np.int64)
        levels.append(Level(vocab_size, keys, counts, suffix))
        ids[at] = rank
    return NGramCounts(vocab_size, tuple(levels))


def rank_keys(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the distinct keys in order, the rank of every key, how often each occurs, and where one occurs.

    As np.unique with all its answers, but faster: it need not find the *first* occurrence of each. keys: (n,) int64,
    at least one, none negative.

    >>> [part.tolist() for part in rank_keys(np.array([30, 10, 30]))[:3]]
    [[10, 30], [1, 0, 1], [1, 2]]
    """
    if keys.max() < 4 * len(keys):  # few possible keys: tick them off in a table, five times faster than a sort
        counts = np.bincount(keys)
        distinct = np.flatnonzero(counts)
        place = np.empty(len(counts), np.int64)
        place[keys] = np.arange(len(keys))
        example = place[distinct]
        place[distinct] = np.arange(len(distinct))
        return distinct, place[keys], counts[distinct], example
    order = np.argsort(keys)
    ordered = keys[order]
    is_new = np.diff(ordered, prepend=-1) != 0  # keys are never negative
    begin = np.flatnonzero(is_new)
    rank = np.empty_like(order)
    rank[order] = np.cumsum(is_new) - 1
    return ordered[begin], rank, np.diff(begin, append=len(keys)), order[begin]


def _join(docs: Iterable[Symbols], order: int, vocab_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Lay the documents end to end: (T,) symbols, and (T,) how many symbols of its document begin there."""
    if isinstance(docs, (bytes, str)):
        raise TypeError("docs is a list of documents; for a single one pass [document]")
    arrays = [as_symbols(doc, vocab_size) for doc in docs]
    longest = max(map(len, arrays), default=0)
    if not 1 <= order <= longest:
        raise ValueError(f"order must lie in 1..{longest}, the length of the longest document; got {order}")
    if sum(map(len, arrays)) * vocab_size >= 2**62:
        raise ValueError("corpus times vocabulary is too large for 64-bit keys")
    return np.concatenate(arrays), np.concatenate([np.arange(len(a), 0, -1) for a in arrays])
