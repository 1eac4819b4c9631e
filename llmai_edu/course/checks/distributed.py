"""Checks for the exercises to lesson 18, `distributed`."""

from itertools import combinations, pairwise

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, refuse


class _Wire:
    """Hands messages to the left neighbour, counts what each process sends, and knows what it could have sent."""

    def __init__(self, vectors, spoil=0.0):
        self.own = [vector.copy() for vector in vectors]
        self.known = [vector.copy() for vector in vectors]  # own numbers, those that came, and sums of both
        self.sent = [0] * len(vectors)
        self.strange = None  # the first process that sent what it cannot have
        self.spoil = spoil

    def __call__(self, rank, message):
        if not 0 <= rank < len(self.sent):
            refuse(f"there is no process {rank}: they are 0 to {len(self.sent) - 1}", on="")
        message, left = np.array(message, dtype=float), (rank - 1) % len(self.sent)
        self.sent[rank] += len(message)
        if (np.abs(self.known[rank][:, None] - message).min(0) > 1e-9).any() and self.strange is None:
            self.strange = rank
        message = message + self.spoil
        sums = np.add.outer(message, self.own[left]).ravel()
        self.known[left] = np.concatenate([self.known[left], message, sums])
        return message


def _ring(vectors, *, adding_always=False, rounds=None, to_self=False):
    """The ring with a choice of faults."""
    p = len(vectors)
    parts = [np.array_split(vector.copy(), p) for vector in vectors]
    for lap in range(2):
        for travel in range(p - 1 if rounds is None else rounds):
            numbers = [(r + travel + lap * (0 if adding_always else p - 1)) % p for r in range(p)]
            messages = [parts[r][number].copy() for r, number in enumerate(numbers)]
            for r, number in enumerate(numbers):
                into, number = (parts[r], (number + 1) % p) if to_self else (parts[(r - 1) % p], number)
                into[number] = messages[r] if lap and not adding_always else into[number] + messages[r]
    return [np.concatenate(own) for own in parts]


def _right_sum(answer, vectors, wire, on):
    """Call the answer, and demand that every process has the sum in an array of its own."""
    p, n, given = len(vectors), len(vectors[0]), [vector.copy() for vector in vectors]
    got = answer(given, wire)
    expect(isinstance(got, (list, tuple)) and len(got) == p, f"return a list of {p} arrays", got=got, on=on)
    expect(np.array_equal(given, vectors), "your function changed its input; work on copies of the vectors", on=on)
    expect(
        all(np.shape(one) == (n,) for one in got),
        f"each array should have {n} numbers: put the parts together again",
        got=[np.shape(one) for one in got],
        on=on,
    )
    total = sum(vectors)
    suspects = {
        "in the second lap, finished parts are not added: they take the place of what is there": _ring(
            vectors, adding_always=True
        ),
        "each lap has p - 1 rounds; yours had one less": _ring(vectors, rounds=max(0, p - 2)),
        "that is the mean; all-reduce adds up": [total / p] * p,
        "nothing was exchanged": vectors,
    }
    if n % p == 0:
        suspects["what `send(r, ...)` returns has arrived at r's neighbour, not at r"] = _ring(vectors, to_self=True)
    expect_close(
        np.array(got), np.array([total] * p), "not every process has the sum of all vectors", on=on, suspects=suspects
    )
    return got


@exercise(points=4, minutes=25, difficulty=2, mutates=True)
def ring_all_reduce(answer, rng):
    for p, n in ((3, 6), (2, 5), (5, 13), (4, 3), (1, 4)):
        vectors = [rng.standard_normal(n) for _ in range(p)]
        wire, on = _Wire(vectors), f"{p} vectors of {n} numbers"
        got = [np.asarray(one) for one in _right_sum(answer, vectors, wire, on)]
        types = {str(one.dtype) for one in got}
        expect(types == {"float64"}, "keep the type of the vectors, or digits are lost", got=types, on=on)
        shared = any(np.shares_memory(one, other) for one, other in combinations(got, 2))
        expect(not shared, "processes share an array: each needs its own, or one changes the other's", on=on)
        expect(
            wire.strange is None,
            f"process {wire.strange} sends numbers that it cannot have: neither its own, nor such as came to it, "
            "nor a sum of both. The first argument of `send` is the sender, and the *left* neighbour receives",
            on=on,
        )


@ring_all_reduce.part(points=1)
def ring_traffic(answer, rng):
    for p, n in ((4, 20), (5, 13), (1, 6)):
        vectors = [rng.standard_normal(n) for _ in range(p)]
        wire, on = _Wire(vectors), f"{p} vectors of {n} numbers"
        _right_sum(answer, vectors, wire, on)
        total, most = 2 * (p - 1) * n, 2 * (p - 1) * -(-n // p)
        expect(
            sum(wire.sent) <= total,
            "too much was sent: in each round every process sends one part, not more",
            got=sum(wire.sent),
            want=total,
            on=on,
        )
        expect(
            sum(wire.sent) == total,
            "`send` was used too little: what a process knows of others must have come through it",
            got=sum(wire.sent),
            want=total,
            on=on,
        )
        expect(max(wire.sent) <= most, "one process sends more than the others", got=wire.sent, on=on)
    vectors = [rng.standard_normal(7) for _ in range(3)]
    got = answer([vector.copy() for vector in vectors], _Wire(vectors, spoil=1.0))
    expect(
        not np.isclose(got, sum(vectors)).any(),
        "a spoiled message changed nothing: go on with what `send` returns, not with what you have yourself",
        on="3 vectors of 7 numbers, each message greater by 1 when it arrives",
    )


@exercise(points=2, minutes=15, difficulty=1)
def shared_gradient(answer, rng):
    for p in (2, 3, 5):
        counts = rng.choice(np.arange(1, 30), size=p, replace=False).tolist()
        tokens = [rng.standard_normal((count, 2, 3)) for count in counts]
        gradients = [each.mean(0) for each in tokens]
        weights = 1 / np.array(counts)
        expect_close(
            answer(gradients, counts),
            np.concatenate(tokens).mean(0),
            "this is not the gradient of the mean over all counted tokens",
            suspects={
                "the plain mean gives a process with few tokens the same say as one with many": np.mean(gradients, 0),
                "these are sums; divide by the number of all counted tokens": np.concatenate(tokens).sum(0),
                "this is the sum of the gradients; each needs its share of the tokens as a weight": np.sum(
                    gradients, 0
                ),
                "the weights are the wrong way round: many tokens, much weight": np.tensordot(
                    weights / weights.sum(), gradients, 1
                ),
                "weighted by the tokens, then divided by the number of processes: divide by all tokens": np.concatenate(
                    tokens
                ).sum(0)
                / p,
            },
        )


@shared_gradient.part(points=2)
def none_counted(answer, rng):
    good = rng.standard_normal((2, 4))
    nothing = np.full(4, np.nan)
    try:
        got = answer([good[0], nothing, good[1]], [2, 0, 6])
    except ValueError as error:
        refuse("raise a ValueError only when nobody counted a token; here two did", got=error)
    expect(not np.isnan(got).any(), "a process that counted none spoils the mean: 0 times nan is nan", got=got)
    expect_close(got, (2 * good[0] + 6 * good[1]) / 8, "a process that counted none has no weight")
    ill = good[1].copy()
    ill[1] = np.nan
    for bad in (ill, nothing):
        expect_close(
            answer([good[0], bad], [2, 3]),
            (2 * good[0] + 3 * bad) / 5,
            "a process has counted tokens, and yet has nan: its training has gone wrong, and that must stay visible",
            suspects={
                "a nan was taken for 0: it comes from tokens that count, and must stay visible": (
                    2 * good[0] + 3 * np.nan_to_num(bad)
                )
                / 5,
                "a process with a nan was left out: it has counted tokens, and its nan must stay visible": 2
                * good[0]
                / 5,
            },
        )
    try:
        got = answer([nothing, nothing], [0, 0])
    except ValueError:
        return
    except ZeroDivisionError:
        refuse("when nobody counted a token, raise a ValueError, before you divide by 0")
    expect(False, "when nobody counted a token, there is no mean: raise a ValueError", got=got)


FIRST, LAST = (  # a cut that these overlook is not the best one of every case
    "the first stage may be the first layer alone: places for a cut begin with 1",
    "the last stage may be the last layer alone: places for a cut go up to len(layers) - 1",
)


def _finish(times, parts):
    """When the last part leaves the last stage, part by part and stage by stage."""
    free = [0.0] * len(times)
    for _ in range(parts):
        ready = 0.0
        for stage, time in enumerate(times):
            ready = free[stage] = max(ready, free[stage]) + time
    return free[-1]


def _cuts(layers, stages):
    """The times of the stages, for every cut."""
    for places in combinations(range(1, len(layers)), stages - 1):
        yield [sum(layers[a:b]) for a, b in pairwise([0, *places, len(layers)])]


def _dealt(layers, stages):
    """Layers dealt out from the longest to the shortest, each to the stage with least: not neighbours."""
    times = [0] * stages
    for layer in sorted(layers, reverse=True):
        times[times.index(min(times))] += layer
    return times


def _filled(layers, stages, over=False):
    """Stages filled one after another up to the average; with `over`, until they reach it."""
    times, goal = [0], sum(layers) / stages
    for place, layer in enumerate(layers):
        left = len(layers) - place
        full = times[-1] >= goal if over else times[-1] + layer > goal
        if len(times) < stages and times[-1] and (full or left <= stages - len(times)):
            times.append(0)
        times[-1] += layer
    return times


def _total(times, parts):
    return sum(times) + (parts - 1) * max(times)


def _best(cuts, parts):
    return min((_total(times, parts) for times in cuts), default=-1)


def _suspects(layers, stages, parts):
    """What misconceptions about the cut would give."""
    cuts = list(_cuts(layers, stages))
    slowest = min(max(times) for times in cuts)
    even = [sum(group) for group in np.array_split(layers, stages)]
    return {
        "stages with equal numbers of layers are not the best cut: their times differ": _total(even, parts),
        "the layers of a stage are neighbours, in their order": _total(_dealt(layers, stages), parts),
        "filling each stage up to the average does not always give the best cut: try all": _total(
            _filled(layers, stages), parts
        ),
        "stages filled until they reach the average do not always give the best cut: try all": _total(
            _filled(layers, stages, over=True), parts
        ),
        LAST: _best([times for times in cuts if times[-1] != layers[-1]], parts),
        FIRST: _best([times for times in cuts if times[0] != layers[0]], parts),
        "the stages work at the same time: a part need not wait until the one before has left the last stage": (
            parts * sum(layers)
        ),
        "the first part must go through all stages before the others follow": parts * slowest,
        "after the first part come parts - 1 others": sum(layers) + parts * slowest,
        "every stage was given the time of the slowest one": (parts + stages - 1) * slowest,
        "that is the longest time; the shortest is asked for": max(_total(times, parts) for times in cuts),
        "the distance of two parts is the time of the slowest stage, not of the last one": min(
            sum(layers) + (parts - 1) * times[-1] for times in cuts
        ),
        "the distance of two parts is the time of the slowest stage, not of the first one": min(
            sum(layers) + (parts - 1) * times[0] for times in cuts
        ),
    }


def _telling_case(rng, tell):
    """Layers, stages and parts for which no two suspects agree; `tell`, `FIRST` or `LAST`, is not the truth."""
    while True:
        layers = rng.integers(1, 40, int(rng.integers(7, 10))).tolist()
        stages, parts = int(rng.integers(3, 5)), int(rng.integers(4, 9))
        truth = min(_finish(times, parts) for times in _cuts(layers, stages))
        values = _suspects(layers, stages, parts)
        free = {name for name in values if name.endswith("try all")} | {FIRST, LAST} - {tell}
        wrong = [value for name, value in values.items() if value != truth or name not in free]
        if truth not in wrong and len(set(wrong)) == len(wrong):
            return layers, stages, parts


@exercise(points=5, minutes=30, difficulty=3)
def best_cut(answer, rng):
    told = [_telling_case(rng, tell) for tell in (LAST, FIRST, LAST, FIRST)]
    for layers, stages, parts in [*told, ([4, 4, 4], 3, 1), ([2, 5, 3], 1, 4), ([5], 1, 1)]:
        got = answer(layers, stages, parts)
        expect(isinstance(got, (int, float, np.number)), "return one number, the time", got=got)
        expect_close(
            got,
            min(_finish(times, parts) for times in _cuts(layers, stages)),
            "this is not the shortest time over all cuts",
            suspects=_suspects(layers, stages, parts),
        )
