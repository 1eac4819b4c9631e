"""Checks for the exercises to lesson 18, `distributed`."""

from itertools import combinations, pairwise

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, refuse


class _Wire:
    """Hands messages to the right neighbour, and counts what each process sends."""

    def __init__(self, processes):
        self.sent = [0] * processes
        self.messages = [0] * processes

    def __call__(self, rank, message):
        if not 0 <= rank < len(self.sent):
            refuse(f"there is no process {rank}: they are 0 to {len(self.sent) - 1}", on="")
        self.sent[rank] += len(message)
        self.messages[rank] += 1
        return np.array(message)


def _ring(vectors, *, adding_always=False, rounds=None):
    """The ring with a choice of faults."""
    p = len(vectors)
    parts = [np.array_split(vector.copy(), p) for vector in vectors]
    for lap in range(2):
        for travel in range(p - 1 if rounds is None else rounds):
            numbers = [(r - travel - lap * (0 if adding_always else p - 1)) % p for r in range(p)]
            messages = [parts[r][number].copy() for r, number in enumerate(numbers)]
            for r, number in enumerate(numbers):
                right = parts[(r + 1) % p]
                right[number] = messages[r] if lap and not adding_always else right[number] + messages[r]
    return [np.concatenate(own) for own in parts]


@exercise(points=4, minutes=25, difficulty=2)
def ring_all_reduce(answer, rng):
    for p, n in ((3, 6), (2, 5), (5, 13), (4, 3), (1, 4)):
        vectors = [rng.standard_normal(n) for _ in range(p)]
        got = answer(vectors, _Wire(p))
        on = f"{p} vectors of {n} numbers"
        expect(isinstance(got, (list, tuple)) and len(got) == p, f"return a list of {p} arrays", got=got, on=on)
        expect(
            all(np.shape(one) == (n,) for one in got),
            f"each array should have {n} numbers: put the parts together again",
            got=[np.shape(one) for one in got],
            on=on,
        )
        total = sum(vectors)
        expect_close(
            np.array(got),
            np.array([total] * p),
            "not every process has the sum of all vectors",
            on=on,
            suspects={
                "in the second lap, finished parts are not added: they take the place of what is there": np.array(
                    _ring(vectors, adding_always=True)
                ),
                "each lap has p - 1 rounds; yours had one less": np.array(_ring(vectors, rounds=max(0, p - 2))),
                "that is the mean; all-reduce adds up": np.array([total / p] * p),
                "nothing was exchanged": np.array(vectors),
            },
        )
        if p > 1:
            right = [np.allclose(one, total) for one in got]
            expect(all(right), "only some processes have the sum", got=right, on=on)


@ring_all_reduce.part(points=1)
def ring_traffic(answer, rng):
    for p, n in ((4, 20), (5, 13), (1, 6)):
        wire = _Wire(p)
        answer([rng.standard_normal(n) for _ in range(p)], wire)
        on = f"{p} vectors of {n} numbers"
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
    got = answer([good[0], nothing, good[1]], [2, 0, 6])
    expect(not np.isnan(got).any(), "a process that counted none spoils the mean: 0 times nan is nan", got=got)
    expect_close(got, (2 * good[0] + 6 * good[1]) / 8, "a process that counted none has no weight")
    try:
        got = answer([nothing, nothing], [0, 0])
    except ValueError:
        return
    except ZeroDivisionError:
        refuse("when nobody counted a token, raise a ValueError, before you divide by 0")
    expect(False, "when nobody counted a token, there is no mean: raise a ValueError", got=got)


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


def _filled(layers, stages):
    """Stages filled one after another until they reach the average."""
    times, goal = [0], sum(layers) / stages
    for place, layer in enumerate(layers):
        left = len(layers) - place
        if len(times) < stages and times[-1] and (times[-1] + layer > goal or left <= stages - len(times)):
            times.append(0)
        times[-1] += layer
    return times


def _total(times, parts):
    return sum(times) + (parts - 1) * max(times)


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
    }


def _telling_case(rng):
    """Layers, stages and parts for which the truth and all suspects differ."""
    while True:
        layers = rng.integers(1, 12, int(rng.integers(6, 10))).tolist()
        stages, parts = int(rng.integers(3, 5)), int(rng.integers(4, 9))
        values = [min(_finish(times, parts) for times in _cuts(layers, stages))]
        values += _suspects(layers, stages, parts).values()
        if len(set(values)) == len(values):
            return layers, stages, parts


@exercise(points=5, minutes=30, difficulty=3)
def best_cut(answer, rng):
    told = [_telling_case(rng) for _ in range(5)]
    for layers, stages, parts in [*told, ([4, 4, 4], 3, 1), ([2, 5, 3], 1, 4), ([5], 1, 1)]:
        got = answer(layers, stages, parts)
        expect(isinstance(got, (int, float, np.number)), "return one number, the time", got=got)
        expect_close(
            got,
            min(_finish(times, parts) for times in _cuts(layers, stages)),
            "this is not the shortest time over all cuts",
            suspects=_suspects(layers, stages, parts),
        )
