"""Split examples into training, validation and test by a fingerprint of their key.

A shuffle depends on the order and the number of examples; a fingerprint does not. Examples with equal keys land in the
same part, today and next year, in this data set and in any other.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Split(Generic[T]):
    """Three parts of a data set that share no key; `train, valid, test = split.parts` unpacks them."""

    train: tuple[T, ...]
    valid: tuple[T, ...]
    test: tuple[T, ...]

    @property
    def parts(self) -> tuple[tuple[T, ...], tuple[T, ...], tuple[T, ...]]:
        """The three parts, in the order train, valid, test."""
        return self.train, self.valid, self.test


def unit_hash(key: str) -> float:
    """Return a number in [0, 1) that depends on the key alone and is spread evenly over keys.

    >>> unit_hash("cat") == unit_hash("cat") != unit_hash("dog")
    True
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48


def split_by_key(examples: Iterable[T], key: Callable[[T], str], shares: Sequence[float] = (0.8, 0.1, 0.1)) -> Split[T]:
    """Split examples so that equal keys stay together, keeping their order.

    shares: of training, validation and test; met up to chance, as each *key* is drawn by itself. Raises ValueError
    unless they are three shares that sum to 1.

    >>> split = split_by_key(["a1", "b1", "a2", "b2"], key=lambda name: name[0], shares=(0.5, 0, 0.5))
    >>> sorted(split.parts)
    [(), ('a1', 'a2'), ('b1', 'b2')]
    """
    if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"shares are three numbers that sum to 1, such as (0.8, 0.1, 0.1), got {shares}")
    train, valid, test = [], [], []
    for example in examples:
        place = unit_hash(key(example))
        part = train if place < shares[0] else valid if place < shares[0] + shares[1] else test
        part.append(example)
    return Split(tuple(train), tuple(valid), tuple(test))
