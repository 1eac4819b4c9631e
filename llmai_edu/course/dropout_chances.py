"""How often BPE-dropout gives each result, exactly: as it should be, and under the mistakes that learners make.

Provilkov, Emelianenko and Voita 2020, "BPE-Dropout: Simple and Effective Subword Regularization", algorithm 1.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import prod

from llmai_edu.tokenizers.merge import Pair, encode_word, merge

Ranks, Place = Mapping[Pair, int], tuple[int, int]
# What one step may do to the ids: pairs of a probability and the next ids, or None when the word is finished.
Step = Callable[[Sequence[int], Ranks, Sequence[int], float], list[tuple[float, list[int] | None]]]


def chances(ids: Sequence[int], ranks: Ranks, products: Sequence[int], p: float) -> Counter:
    """The probability of every result of BPE-dropout on a short word.

    >>> chances([1, 2], {(1, 2): 0}, [9], 0.25)
    Counter({(9,): 0.75, (1, 2): 0.25})
    """
    return _chances(ids, ranks, products, p, _right)


def mistaken_chances(ids: Sequence[int], ranks: Ranks, products: Sequence[int], p: float) -> dict[str, Counter]:
    """What each mistake would give instead, by what is to be said of it.

    >>> "merge at one place only, then draw again" in mistaken_chances([1, 2], {(1, 2): 0}, [9], 0.25)
    True
    """
    found = {said: _chances(ids, ranks, products, p, step) for said, step in MISTAKES.items()}
    found["the draws must be made anew at each step, not once for the whole word"] = once = Counter()
    for chance, left in _kept(list(ranks), p):
        once[tuple(encode_word(ids, {pair: ranks[pair] for pair in left}, products))] += chance
    return found


def _chances(ids: Sequence[int], ranks: Ranks, products: Sequence[int], p: float, step: Step) -> Counter:
    total = Counter()
    for chance, after in step(ids, ranks, products, p):
        further = {tuple(ids): 1.0} if after is None else _chances(after, ranks, products, p, step)
        for result, then in further.items():
            total[result] += chance * then
    return total


def _places(ids: Sequence[int], ranks: Ranks) -> list[Place]:
    return [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks]


def _kept(things: list, p: float) -> Iterator[tuple[float, list]]:
    """What may remain of some things when each is dropped with probability p, and how probable that is."""
    for stays in product((True, False), repeat=len(things)):
        yield prod(1 - p if stay else p for stay in stays), [one for one, stay in zip(things, stays) if stay]


def _at(ids: Sequence[int], place: Place, products: Sequence[int]) -> list[int]:
    rank, i = place
    return [*ids[:i], products[rank], *ids[i + 2 :]]


def _right(ids, ranks, products, p):
    kept = _kept(_places(ids, ranks), p)
    return [(chance, _at(ids, min(left), products) if left else None) for chance, left in kept]


def _one_draw(ids, ranks, products, p):
    places = _places(ids, ranks)
    return [(p, None), (1 - p, _at(ids, min(places), products))] if places else [(1.0, None)]


def _draw_for_each_pair(ids, ranks, products, p):
    places = _places(ids, ranks)
    kept = _kept(sorted({rank for rank, _ in places}), p)
    first = [(chance, [place for place in places if place[0] in left]) for chance, left in kept]
    return [(chance, _at(ids, min(left), products) if left else None) for chance, left in first]


def _everywhere(ids, ranks, products, p):
    pairs, steps = {rank: pair for pair, rank in ranks.items()}, []
    for chance, left in _kept(_places(ids, ranks), p):
        rank = min(left)[0] if left else None
        steps.append((chance, merge(ids, pairs[rank], products[rank]) if left else None))
    return steps


def _leftmost(ids, ranks, products, p):
    kept = _kept(_places(ids, ranks), p)
    leftmost = [(chance, min(left, key=lambda place: place[1]) if left else None) for chance, left in kept]
    return [(chance, _at(ids, place, products) if place else None) for chance, place in leftmost]


def _any_place(ids, ranks, products, p):
    steps = []
    for chance, left in _kept(_places(ids, ranks), p):
        steps += [(chance / len(left), _at(ids, place, products)) for place in left] or [(chance, None)]
    return steps


# In this order: where a pair stands in two places, one draw for each pair looks like one draw for all.
MISTAKES: dict[str, Step] = {
    "each place is dropped by its own draw: the same pair may stay in one and go in another": _draw_for_each_pair,
    "each place needs its own draw, at every step": _one_draw,
    "merge at one place only, then draw again": _everywhere,
    "of the places that remain, take the pair that was learned earliest, not the leftmost place": _leftmost,
    "of the places that remain, take the pair that was learned earliest, not any of them": _any_place,
}
