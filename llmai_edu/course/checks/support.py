"""Checks for the exercises to lesson 24, `support`."""

from itertools import pairwise

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type

LOWEST = "of several bars that are equally cheap, return the highest; that is the lowest"
TIED = "equal scores stand in the order of their names"
FIRST = "the first check has something to say; put that right before the edges"


def _costs(confidence, right, wrong, person, bars, *, above=False):
    """The mean cost at each bar: answered and wrong, or handed to a person."""
    bars = np.asarray(bars)[:, None]
    answered = confidence > bars if above else confidence >= bars
    return np.where(answered, wrong * ~right, person).mean(1)


def _last_cheapest(bars, costs):
    """The highest bar of those whose costs are smallest."""
    return float(bars[np.flatnonzero(costs <= costs.min() + 1e-12)[-1]])


def _first_cheapest(confidence, right, wrong, person):
    """The lowest bar of those whose costs are smallest."""
    bars = _bars(confidence)
    costs = _costs(confidence, right, wrong, person, bars)
    return float(bars[np.flatnonzero(costs <= costs.min() + 1e-12)[0]])


def _bars(confidence):
    return np.append(np.unique(confidence), np.inf)


def _cut_in_ties(confidence, right, wrong, person):
    """Sorted messages cut anywhere, also between two of one confidence; the wrong ones first among equals."""
    order = np.lexsort((~right, -confidence))  # among equal ones, the right answers first
    costs = [
        (wrong * (~right[order[:n]]).sum() + person * (len(right) - n)) / len(right) for n in range(len(right) + 1)
    ]
    n = int(np.flatnonzero(np.array(costs) <= min(costs) + 1e-12)[0])
    return float(confidence[order[n - 1]]) if n else np.inf


def _bar_suspects(confidence, right, wrong, person):
    """The right bar, and what misconceptions give."""
    bars = _bars(confidence)
    answered = confidence >= bars[:, None]
    mistakes, handed = (answered & ~right).sum(1), (~answered).sum(1)
    lost = (~answered & right).sum(1)
    per_answer = (wrong * mistakes + person * handed) / np.maximum(answered.sum(1), 1)
    suspects = {
        "the two costs count equally in your answer; weigh each mistake and each hand-over with its own cost": (
            mistakes + handed
        ),
        "the two costs are exchanged: a wrong answer costs `wrong`, a hand-over costs `person`": (
            person * mistakes + wrong * handed
        ),
        "a message that goes to a person costs `person` whether or not the program would have known the answer; you "
        "counted only those that it would have known": wrong * mistakes + person * lost,
        "that is where the fewest answers are wrong; hand-overs cost something, too": mistakes,
        "divide by all messages, not by the answered ones: the number of messages does not change with the bar": (
            per_answer
        ),
        "what all messages cost together counts; you took the share of wrong ones among the answered": (
            wrong * mistakes / np.maximum(answered.sum(1), 1) + person * handed / len(right)
        ),
        "`right` says which answers are right; you trusted the confidence as if it were a true probability": (
            wrong * (answered * (1 - confidence)).sum(1) + person * handed
        ),
    }
    found = {said: _last_cheapest(bars, costs) for said, costs in suspects.items()}
    costs = _costs(confidence, right, wrong, person, bars)
    found["messages with one confidence are answered together, or not at all; you cut between equal ones"] = (
        _cut_in_ties(confidence, right, wrong, person)
    )
    found["a message is answered when its confidence is at the bar or above it; you answered only above it"] = (
        _last_cheapest(bars, _costs(confidence, right, wrong, person, bars, above=True))
    )
    found["1 - person / wrong is the bar where each confidence is a true probability; count the costs instead"] = (
        1 - person / wrong
    )
    found["that is the cheapest cost; return the bar at which it comes about"] = float(costs.min())
    found["that is the cheapest cost, of all messages; return the bar at which it comes about"] = float(
        costs.min() * len(right)
    )
    found["that is the place of the bar; return the confidence that stands there"] = float(costs.argmin())
    return _last_cheapest(bars, costs), found


def _telling_messages(rng, size, wrong, person):
    """Confidences in steps of 0.02, so that there are ties, and answers that are more often right at the top."""
    best = None
    for _ in range(1500):
        confidence = rng.integers(0, 50, size) / 50
        right = rng.random(size) < 0.15 + 0.8 * confidence
        want, suspects = _bar_suspects(confidence, right, wrong, person)
        cheapest = _costs(confidence, right, wrong, person, [want])[0]
        if _first_cheapest(confidence, right, wrong, person) != want or np.isclose(cheapest, confidence).any():
            continue  # ties belong to the edges; and a cost that looks like a bar would be taken for the other mistake
        different = len({want, *suspects.values()})
        if np.isfinite(want) and (best is None or different > best[0]) and want not in suspects.values():
            best = different, confidence, right, want, suspects
        if best and best[0] == len(suspects) + 1:
            break
    return best[1:]


@exercise(points=3, minutes=20, difficulty=1)
def cheapest_bar(answer, rng):
    for size, wrong, person in ((60, 5.0, 1.0), (60, 3.0, 1.0), (70, 6.0, 2.0), (80, 2.0, 0.5)):
        confidence, right, want, suspects = _telling_messages(rng, size, wrong, person)
        got = answer(confidence.copy(), right.copy(), wrong, person)
        expect_type(got, (float, int, np.floating, np.integer))
        expect_close(got, want, "at another bar the messages cost less", suspects=suspects)


@cheapest_bar.part(points=1)
def cheapest_bar_at_the_edges(answer, rng):
    confidence, right, want, _ = _telling_messages(rng, 40, 5.0, 1.0)
    expect_close(answer(confidence.copy(), right.copy(), 5.0, 1.0), want, FIRST)
    confidence = rng.permutation(np.arange(1, 9)) / 10
    nothing = np.zeros(8, bool)
    expect_close(
        answer(confidence, nothing, 5.0, 1.0),
        np.inf,
        "every answer is wrong, so everything goes to a person: the bar is infinity",
        suspects={
            "every answer is wrong, so everything goes to a person. A bar at the highest confidence still answers that "
            "message; infinity answers none": confidence.max()
        },
    )
    expect_close(
        answer(confidence, ~nothing, 5.0, 1.0),
        confidence.min(),
        "every answer is right, so all are answered: the bar is the lowest confidence",
    )
    # one right and one wrong message, and a mistake that costs as much as a hand-over: three bars are equally cheap
    expect_close(
        answer(np.array([0.3, 0.6, 0.9]), np.array([False, False, True]), 1.0, 1.0),
        0.9,
        "of several bars that are equally cheap, return the highest: it answers least",
        suspects={LOWEST: 0.3},
    )


def _fused(lists, *, norm="both", weight="lists", rank=False):
    """Every name's sum of scaled scores, times the number of lists in which it stands; best first, then by name."""
    total, seen = {}, {}
    every = [score for found in lists for _, score in found]
    for found in lists:
        if not found:
            continue
        scores = np.array([score for _, score in found], float)
        low, high = (min(every), max(every)) if norm == "all" else (scores.min(), scores.max())
        if rank:
            order = (-scores).argsort(kind="stable").argsort(kind="stable")
            scaled = 1 / (60 + 1 + order)
        elif norm == "none":
            scaled = scores
        elif norm == "max":
            scaled = scores / high if high else scores
        elif norm == "sum":
            scaled = scores / scores.sum() if scores.sum() else scores
        else:
            scaled = (scores - low) / (high - low) if high > low else np.ones(len(scores))
        for (name, _), score in zip(found, scaled):
            total[name] = total.get(name, 0.0) + float(score)
            seen[name] = seen.get(name, 0) + (score > 0 if weight == "above zero" else 1)
    if weight == "none":
        seen = dict.fromkeys(total, 1)
    if weight == "mean":
        seen = {name: 1 / seen[name] for name in total}
    if weight == "all":
        seen = dict.fromkeys(total, len(lists))
    return sorted(((name, total[name] * seen[name]) for name in total), key=lambda pair: (-pair[1], pair[0]))


FUSED_SUSPECTS = {
    "the scores of one list are on another scale than those of the other; bring each list to 0 … 1 first": {
        "norm": "none"
    },
    "each list's lowest score becomes 0: subtract it before you divide": {"norm": "max"},
    "divide by the highest less the lowest score of the list, not by the sum": {"norm": "sum"},
    "scale each list by its own lowest and highest score; you took those of all lists together": {"norm": "all"},
    "that is the sum alone; multiply it with the number of lists in which the name stands": {"weight": "none"},
    "that is the mean; multiply the sum with the number of lists in which the name stands, do not divide by it": {
        "weight": "mean"
    },
    "multiply with the number of lists in which this name stands, not with the number of all lists": {"weight": "all"},
    "a name stands in a list also when its score there became 0; it counts": {"weight": "above zero"},
    "that is reciprocal rank fusion of the page, times the number of lists; here the scores count": {"rank": True},
    "that is reciprocal rank fusion, as on the page; here the scores count": {"rank": True, "weight": "none"},
}


def _fused_suspects(lists):
    """What misconceptions give for such lists."""
    want = _fused(lists)
    suspects = {said: _fused(lists, **how) for said, how in FUSED_SUSPECTS.items()}
    suspects["the best first: yours begins with the worst"] = sorted(want, key=lambda pair: (pair[1], pair[0]))
    suspects["the best first: yours are in the order of their names"] = sorted(want)
    everywhere = [name for name, _ in want if all(name in dict(one) for one in lists)]
    suspects["a name that only one list holds stays in: you kept those that all lists hold"] = [
        pair for pair in want if pair[0] in everywhere
    ]
    return suspects


def _lists(rng, how_many):
    """Two or three ranked lists of names, on different scales, each with some names that the others lack."""
    names = np.array(["pay", "ship", "return", "size", "gift", "repair", "points", "stock"])
    found = []
    for at in range(how_many):
        chosen = rng.permutation(names)[: int(rng.integers(4, 6))]
        scores = np.sort(rng.uniform(0.2, 0.9, len(chosen)))[::-1] * (1, 14, 3)[at]
        found.append([(str(name), float(score)) for name, score in zip(chosen, scores.round(4))])
    return found


def _plain(got):
    """The answer as a list of (name, score) pairs, or a refusal that says what it is."""
    expect_type(got, list, f"return a list of (name, score) pairs, not {type(got).__name__}")
    for one in got:
        expect(
            isinstance(one, (tuple, list)) and len(one) == 2 and isinstance(one[0], str),
            "each item is a pair of a name and its score",
            got=one,
        )
    return [(name, float(score)) for name, score in got]


@exercise(points=3, minutes=20, difficulty=2)
def fuse_scores(answer, rng):
    for how_many in (3, 2, 3, 2):
        for _ in range(100):
            lists = _lists(rng, how_many)
            want, suspects = _fused(lists), _fused_suspects(lists)
            if len({str(one) for one in (want, *suspects.values())}) == len(suspects) + 1:
                break
        got = _plain(answer([list(one) for one in lists]))
        _expect_pairs(got, want, suspects)


def _expect_pairs(got, want, suspects):
    """Compare names exactly, and scores within a tolerance; the suspects in the same way."""
    for said, wrong in suspects.items():
        if _alike(got, wrong) and not _alike(got, want):
            expect(False, said, got=got, want=want)
    right = _alike(sorted(got), sorted(want))
    falling = all(one[1] >= other[1] - 1e-9 for one, other in pairwise(got))
    said = "these are not the fused names with their scores"
    if right:
        said = f"names and scores are right, their order is not: {TIED if falling else 'the best first'}"
    expect(_alike(got, want), said, got=got, want=want)


def _alike(one, other):
    return [name for name, _ in one] == [name for name, _ in other] and np.allclose(
        [score for _, score in one], [score for _, score in other], rtol=1e-6, atol=1e-9
    )


@fuse_scores.part(points=1)
def fuse_scores_at_the_edges(answer, rng):
    lists = _lists(rng, 2)
    expect(_alike(_plain(answer([list(one) for one in lists])), _fused(lists)), FIRST)
    score = float(rng.uniform(2, 9))
    flat = [[("pay", score), ("ship", score)], [("pay", 0.9), ("gift", 0.4)]]
    with np.errstate(all="ignore"):
        try:
            got = _plain(answer([list(one) for one in flat]))
        except ZeroDivisionError:
            got = None
    said = "a list whose scores are all equal says nothing against any of its names: each gets 1"
    expect(got is not None, "the scores of the first list are all equal: highest less lowest is 0, and divides")
    expect(_alike(got, _fused(flat)), said, got=got, want=_fused(flat), on=f"fuse_scores({flat})")
    for empty in ([], [[]], [[], []]):
        expect_equal(answer(empty), [], "where nothing was found, there is nothing to fuse: return []")
    expect(
        _alike(_plain(answer([[], lists[1]])), _fused([[], lists[1]])),
        "a list that found nothing changes nothing",
        on=f"fuse_scores([[], {lists[1]}])",
    )
    tied = [[("ship", 3.0), ("gift", 3.0), ("pay", 3.0)]]
    expect_equal([name for name, _ in answer(tied)], ["gift", "pay", "ship"], TIED)


def _cosines(vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit @ unit.T


def _mutual(likeness, floor):
    """Pairs of rows that are each other's nearest, at `floor` or above, the most alike first."""
    likeness = likeness.copy()
    np.fill_diagonal(likeness, -np.inf)
    nearest = likeness.argmax(1)
    pairs = [(i, int(j)) for i, j in enumerate(nearest) if i < j and nearest[j] == i and likeness[i, j] >= floor]
    return sorted(pairs, key=lambda pair: -likeness[pair])


def _twin_suspects(vectors, floor):
    likeness = _cosines(vectors)
    dots = vectors @ vectors.T
    apart = -np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    n = len(vectors)

    def by_likeness(pairs):
        return sorted(pairs, key=lambda pair: -likeness[pair])

    other = likeness.copy()
    np.fill_diagonal(other, -np.inf)
    nearest = other.argmax(1)
    one_way = {tuple(sorted((i, int(j)))) for i, j in enumerate(nearest) if likeness[i, j] >= floor}
    want = _mutual(likeness, floor)
    above = [(i, j) for i in range(n) for j in range(i + 1, n) if likeness[i, j] >= floor]
    taken: dict[int, int] = {}
    for i, j in by_likeness(above):
        if i not in taken and j not in taken:
            taken |= {i: j, j: i}
    return want, {
        "you pair the entries that are left when a pair is taken; but whose nearest is taken is nobody's twin": (
            by_likeness([(i, j) for i, j in taken.items() if i < j])
        ),
        "a cosine near -1 says that two entries are opposite, not alike: you took its absolute value": sorted(
            _mutual(np.abs(likeness), floor), key=lambda pair: -abs(likeness[pair])
        ),
        "an entry is no twin of itself: leave the diagonal out": [(i, i) for i in range(n)],
        "the vectors are not of length 1: divide each by its length, else the long ones are everybody's nearest": (
            _mutual(dots, floor)
        ),
        "those are all pairs at or above the floor; only pairs that are each other's nearest are twins": by_likeness(
            above
        ),
        "it must hold in both directions: i is the nearest of j, and j is the nearest of i": by_likeness(one_way),
        "each pair once, please, as (i, j) with i below j": by_likeness([*want, *[(j, i) for i, j in want]]),
        "the smaller number first in each pair": [(j, i) for i, j in want],
        "pairs below the floor are left out; you kept them": _mutual(likeness, -2.0),
        "the most alike first; yours are in the order of their numbers": sorted(want),
        "the most alike first; yours begins with the least alike": want[::-1],
        "that is the distance between the vectors; here the cosine decides": _mutual(apart, -np.inf),
    }


def _entries(rng, n):
    """Vectors of unequal lengths, with twins at different distances, others near some of them, and an opposite pair."""
    base = rng.standard_normal((n, 6))
    for at, noise in ((0, 0.25), (2, 0.5), (4, 0.8), (6, 1.0)):
        base[at + 1] = base[at] + noise * rng.standard_normal(6)
    base[8] = base[0] + 0.6 * rng.standard_normal(6)
    base[9] = base[8] + 0.7 * rng.standard_normal(6)  # near one whose nearest is another
    base[11] = 0.2 * rng.standard_normal(6) - base[10]  # opposite
    return (base * rng.uniform(0.3, 3.0, (n, 1)))[rng.permutation(n)]


@exercise(points=4, minutes=25, difficulty=3)
def twins(answer, rng):
    for n in (12, 14, 16):
        for _ in range(400):
            vectors = _entries(rng, n)
            likeness = _cosines(vectors)
            floor = round(float(rng.uniform(0.6, 0.85)), 2)
            want, suspects = _twin_suspects(vectors, floor)
            answers = {str(one) for one in (want, *suspects.values())}
            if len(want) > 2 and len(answers) == len(suspects) + 1 and np.abs(likeness - floor).min() > 1e-4:
                break
        got = answer(vectors.copy(), floor)
        expect_type(got, list)
        got = [tuple(int(i) for i in pair) for pair in got]
        expect_equal(got, want, "these are not the pairs that are each other's nearest", suspects=suspects, on="")


@twins.part(points=1)
def twins_at_the_edges(answer, rng):
    vectors = _entries(rng, 12)
    got = [tuple(int(i) for i in pair) for pair in answer(vectors.copy(), 0.7)]
    expect_equal(got, _mutual(_cosines(vectors), 0.7), FIRST, on="")
    expect_equal(answer(vectors[:1].copy(), 0.1), [], "one entry alone has no twin")
    far = np.eye(4) * rng.uniform(1, 3, (4, 1))
    expect_equal(answer(far, 0.5), [], "at right angles, nobody is near: there are no twins at 0.5")
    even = np.array([[1.0, 0, 0, 0], [2.0, 2, 2, 2]])
    got = [tuple(int(i) for i in pair) for pair in answer(even, 0.5)]
    expect_equal(got, [(0, 1)], "their cosine is 0.5, and so is the floor: *at least* the floor lets them pass")
    below = np.array([[1.0, 0.0], [-1.0, 0.05]])
    got = [tuple(int(i) for i in pair) for pair in answer(below, -1.0)]
    expect_equal(
        got,
        [(0, 1)],
        "of two entries each is the other's nearest, however unlike they are, and the floor of -1 lets all pass",
        suspects={
            "similarities may be below 0: with 0 on the diagonal an entry is its own nearest. Put -inf there": []
        },
    )
    opposite = np.array([[1.0, 0.0], [-2.0, 0.0]])
    got = [tuple(int(i) for i in pair) for pair in answer(opposite, -1.0)]
    said = (
        "two opposite entries have the cosine -1, as large as a -1 on the diagonal: put -inf there, and they are twins"
    )
    expect_equal(got, [(0, 1)], said)
