"""The three steps from which byte-pair encoding is made: count pairs, merge one pair, merge a whole word.

Gage 1994, "A New Algorithm for Data Compression"; Sennrich, Haddow and Birch 2016, "Neural Machine Translation of
Rare Words with Subword Units".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

Pair = tuple[int, int]


def count_pairs(ids: Sequence[int]) -> Counter[Pair]:
    """How often each pair of neighbours occurs; overlapping pairs count too.

    >>> count_pairs([1, 2, 1, 2, 3])
    Counter({(1, 2): 2, (2, 1): 1, (2, 3): 1})
    """
    return Counter(pairwise(ids))


def merge(ids: Sequence[int], pair: Pair, new_id: int) -> list[int]:
    """Replace `pair` by `new_id` wherever it occurs, from left to right.

    >>> merge([1, 2, 1, 2, 3], (1, 2), 9)
    [9, 9, 3]
    >>> merge([1, 1, 1], (1, 1), 9)
    [9, 1]
    """
    merged, i, last = [], 0, len(ids) - 1
    while i <= last:
        if i < last and ids[i] == pair[0] and ids[i + 1] == pair[1]:
            merged.append(new_id)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged


def encode_word(ids: Sequence[int], ranks: Mapping[Pair, int], products: Sequence[int]) -> list[int]:
    """Merge the ids of one word until no learned pair is left, earliest learned pair first.

    ranks: pair -> the step at which it was learned; products: that step -> the id which it made.

    >>> encode_word([1, 2, 3], {(2, 3): 0, (1, 2): 1, (1, 4): 2}, [4, 5, 6])
    [6]
    """
    ids, never = list(ids), len(products)
    while len(ids) > 1:
        pair = min(pairwise(ids), key=lambda pair: ranks.get(pair, never))
        if pair not in ranks:
            break
        ids = merge(ids, pair, products[ranks[pair]])
    return ids


def encode_long_word(ids: Sequence[int], ranks: Mapping[Pair, int], products: Sequence[int]) -> list[int]:
    """The result of `encode_word` in n log n steps instead of n²: for a "word" of thousands of letters.

    Neighbours are linked, so that a merge moves nothing; a heap gives the earliest learned pair, leftmost first. An
    entry whose pair has gone meanwhile is skipped.

    >>> encode_long_word([1, 2, 3], {(2, 3): 0, (1, 2): 1, (1, 4): 2}, [4, 5, 6])
    [6]
    """
    ids, end, gone = list(ids), len(ids), -1
    before, after = list(range(-1, end - 1)), list(range(1, end + 1))
    heap = [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks]
    heapify(heap)
    while heap:
        rank, i = heappop(heap)
        j = after[i]
        if j == end or ranks.get((ids[i], ids[j])) != rank:
            continue
        ids[i], ids[j], after[i] = products[rank], gone, after[j]
        if after[j] < end:
            before[after[j]] = i
        for left in (before[i], i):
            if left >= 0 and after[left] < end and (pair := (ids[left], ids[after[left]])) in ranks:
                heappush(heap, (ranks[pair], left))
    return [token for token in ids if token != gone]
