"""Texts that say the same in nearly the same words: found, grouped, and cut down to one of each group.

A model that reads a page twenty times learns it by heart, and a test text that stood in the training text measures
memory. Lee et al. 2022, "Deduplicating Training Data Makes Language Models Better".
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import islice

__all__ = ["jaccard", "near_duplicate_groups", "normalized", "shared_spans", "shingles", "without_duplicates"]


def normalized(text: str) -> str:
    """The words of a text in small letters, with single spaces: what counts as the same text.

    >>> normalized("  The State -- of the UNION!")
    'the state of the union'
    """
    return " ".join(re.findall(r"\w+", text.lower()))


def shingles(text: str, size: int = 5) -> set[str]:
    """All runs of `size` words (Broder 1997), or the whole text where it is shorter.

    >>> sorted(shingles("to be or not to be", size=4))
    ['be or not to', 'or not to be', 'to be or not']
    """
    words = normalized(text).split()
    return {" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))} if words else set()


def jaccard(a: set, b: set) -> float:
    """How much two sets overlap: what they share, over what either has; 1.0 for two empty ones.

    >>> jaccard({1, 2, 3}, {2, 3, 4})
    0.5
    """
    return len(a & b) / len(a | b) if a or b else 1.0


def near_duplicate_groups(
    texts: Sequence[str], threshold: float = 0.7, *, size: int = 5, permutations: int = 128, seed: int = 1
) -> list[list[int]]:
    """Group texts whose shingles overlap by `threshold` or more: lists of places, of two and more, in their order.

    To compare all pairs would take their number squared. MinHash keeps for each text the smallest of its shingles'
    hashes under `permutations` orders: two texts agree in as many of them as they overlap, on the mean. Texts that
    agree in a whole band of hashes are candidates (Leskovec et al., "Mining of Massive Datasets", chapter 3), and the
    candidates' overlap is then counted exactly, so no pair below the threshold is joined; a pair just above it may be
    missed. Texts without a word are in no group. Raises ValueError for a threshold outside (0, 1].

    >>> near_duplicate_groups(["a b c d e f g h", "x y z u v w", "A b c, d e f g h!"])
    [[0, 2]]
    """
    from datasketch import MinHash, MinHashLSH

    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must be a share above 0 and at most 1, got {threshold}")
    sets = [shingles(text, size) for text in texts]
    filled = [place for place, found in enumerate(sets) if found]
    coded = [[shingle.encode() for shingle in sorted(sets[place])] for place in filled]
    hashes = dict(zip(filled, MinHash.bulk(coded, num_perm=permutations, seed=seed, hashfunc=hash32)))
    index, parent = MinHashLSH(threshold=max(0.1, threshold - 0.1), num_perm=permutations), list(range(len(texts)))
    for place, minhash in hashes.items():
        for other in index.query(minhash):
            if jaccard(sets[place], sets[other]) >= threshold:
                join(parent, other, place)
        index.insert(place, minhash)
    groups: dict[int, list[int]] = {}
    for place in hashes:
        groups.setdefault(root(parent, place), []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def without_duplicates(texts: Sequence[str], threshold: float = 0.7, **options: int) -> list[int]:
    """The places of the texts that stay: the first of every group of near duplicates, and all that are in none.

    Arguments as for `near_duplicate_groups`.

    >>> without_duplicates(["a b c d e f g h", "x y z u v w", "A b c, d e f g h!"])
    [0, 1]
    """
    gone = {place for group in near_duplicate_groups(texts, threshold, **options) for place in group[1:]}
    return [place for place in range(len(texts)) if place not in gone]


def shared_spans(texts: Iterable[str], held_out: str, size: int = 13) -> list[bool]:
    """Whether each text shares a run of `size` words with the held-out text: such a text must not be trained on.

    Thirteen words is the measure of Brown et al. 2020, appendix C. Raises ValueError for a size below 1.

    >>> shared_spans(["x to be or not to be y", "to be"], "to be or not to be", size=5)
    [True, False]
    """
    if size < 1:
        raise ValueError(f"size counts words and is at least 1, got {size}")
    held = spans(held_out, size)
    return [not held.isdisjoint(spans(text, size)) for text in texts]


def spans(text: str, size: int) -> set[tuple[str, ...]]:
    """All runs of `size` words; none where the text is shorter."""
    words = normalized(text).split()
    return set(zip(*(islice(words, start, None) for start in range(size))))


def hash32(data: bytes) -> int:
    """A number of 32 bits from bytes, the same on every machine; Python's own `hash` differs from run to run."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "little")


def root(parent: list[int], place: int) -> int:
    """The first text of the group that a text belongs to."""
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


def join(parent: list[int], a: int, b: int) -> None:
    """Put two groups together; the earlier first text stays the first."""
    first, second = sorted((root(parent, a), root(parent, b)))
    parent[second] = first
