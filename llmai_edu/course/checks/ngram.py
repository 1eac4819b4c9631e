"""Checks for the exercises to lesson 02, `ngram`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape


def _stand_in(rng):
    """A stand-in for a model: every byte has its own log-probability, and a document's first one costs more."""
    table, extra = np.log(rng.uniform(0.02, 0.9, 256)), np.log(rng.uniform(0.001, 0.002))

    def log_prob(data):
        found = table[np.frombuffer(data, np.uint8)]
        found[:1] += extra
        return found

    return log_prob


def _documents(rng, letters):
    """Texts of very different lengths, the short ones of one kind of letter and the long one of another."""
    return ["".join(rng.choice(list(kind), size)) for kind, size in zip(letters, (7, 400, 30))]


@exercise(points=3, minutes=15, difficulty=2)
def measure(answer, rng):
    for _ in range(3):
        log_prob = _stand_in(rng)
        docs = _documents(rng, ("abc", "defghij", "xyz"))
        surprises = [-log_prob(doc.encode()) for doc in docs]
        total, length = sum(s.sum() for s in surprises), sum(map(len, surprises))
        each = np.array([s.mean() for s in surprises])
        joined = -log_prob("".join(docs).encode()).sum()
        expect_close(
            answer(log_prob, docs),
            total / np.log(2) / length,
            "this is not the bits per byte of all documents together",
            suspects={
                "these are nats: divide by ln 2 to get bits": total / length,
                "a short document must not count as much as a long one: add up everything, then divide": each.mean()
                / np.log(2),
                "these are nats, and the documents count alike whatever their length": each.mean(),
                "the sign is wrong: a probability below 1 has a negative logarithm, and surprise is positive": -total
                / np.log(2)
                / length,
                "divided by the number of documents; it is per byte": total / np.log(2) / len(docs),
                "divide nats by ln 2; you multiplied": total * np.log(2) / length,
                "hand over one document at a time: nothing comes before the first byte of each": joined
                / np.log(2)
                / length,
            },
            on=f"{len(docs)} documents of {', '.join(str(len(s)) for s in surprises)} bytes",
        )


@measure.part(points=1)
def measure_of_accents(answer, rng):
    log_prob = _stand_in(rng)
    docs = _documents(rng, ("éàü", "中文字", "abc"))
    total = sum(-log_prob(doc.encode()).sum() for doc in docs) / np.log(2)
    suspects = {
        "you divided by the number of characters: é has two bytes and 中 has three": total / sum(map(len, docs)),
    }
    expect_close(
        answer(log_prob, docs),
        total / sum(len(doc.encode()) for doc in docs),
        "wrong for text with accents and Chinese characters",
        suspects=suspects,
        on="three documents, two of them with characters of several bytes",
    )


@exercise(points=3, minutes=20, difficulty=2)
def witten_bell(answer, rng):
    for size in (6, 7, 12):
        counts = np.zeros(size, int)
        # One symbol was seen once, at least two others more often.
        counts[rng.choice(size, size // 2, replace=False)] = [1, *rng.integers(2, 9, size // 2 - 1)]
        lower = rng.dirichlet(np.ones(size))
        kinds, total = int((counts > 0).sum()), int(counts.sum())
        once, often = int((counts == 1).sum()), int((counts > 1).sum())
        got = answer(counts, lower)
        expect_shape(got, (size,))
        expect_close(
            got,
            (counts + kinds * lower) / (total + kinds),
            "this is not the distribution of Witten and Bell",
            suspects={
                "T is the number of different symbols that were seen, not of all counts": (counts + total * lower)
                / (2 * total),
                "T counts the symbols that followed this context, not the whole vocabulary": (counts + size * lower)
                / (total + size),
                "what is freed goes to the lower distribution, not evenly to all symbols": (counts + kinds / size)
                / (total + kinds),
                "the sum is not 1: divide by N + T": (counts + kinds * lower) / total,
                "a symbol that was seen once has been seen: T counts it, too": (counts + often * lower)
                / (total + often),
                "T counts every symbol that was seen, not only those seen once": (counts + once * lower)
                / (total + once),
                "the lower distribution is missing": counts / total,
                "divide the whole sum by N + T: check your brackets": counts + kinds * lower / (total + kinds),
                "N and T are swapped: T weighs the lower distribution": (counts + total * lower) / (total + kinds),
                "T appears twice in the formula: as the weight of `lower`, and in the denominator": (counts + lower)
                / (total + kinds),
            },
        )


@witten_bell.part(points=2)
def witten_bell_unseen(answer, rng):
    lower = rng.dirichlet(np.ones(6))
    with np.errstate(invalid="ignore", divide="ignore"):
        got = np.asarray(answer(np.zeros(6, int), lower), dtype=float)
    expect_shape(got, (6,))
    expect(
        bool(np.isfinite(got).all()),
        "a context that was never seen gives 0 / 0; return the lower distribution then",
        got=got,
        want=lower,
    )
    suspects = {
        "a context that was never seen knows nothing: ask the lower distribution": np.full(6, 1 / 6),
        "zeros are no distribution, their sum is 0: return the lower one": np.zeros(6),
    }
    expect_close(got, lower, "wrong for a context that was never seen", suspects=suspects)


def _two_models(rng, size):
    """What two models say of one text: each is better on a part of it."""
    good, bad = rng.uniform(0.3, 0.9, size), rng.uniform(0.01, 0.2, size)
    first = rng.random(size) < rng.uniform(0.6, 0.8)
    return np.where(first, good, bad), np.where(first, bad, good)


def _iterate(p, q, steps, w=0.5):
    for _ in range(steps):
        r = w * p / (w * p + (1 - w) * q)
        w = r.mean()
    return float(w)


MEAN_FORGOTTEN = "w is one number for the whole text; take the mean over the symbols"


@exercise(points=3, minutes=30, difficulty=3)
def mixture_weight(answer, rng):
    for steps in (1, 2, 3):
        p, q = _two_models(rng, 50)
        want = _iterate(p, q, steps)
        got = answer(p, q, steps)
        expect(np.ndim(got) == 0, MEAN_FORGOTTEN, got=got)
        expect_close(
            got,
            want,
            f"this is not the weight after {steps} step{'s' * (steps > 1)}",
            suspects={
                "this is the weight of the second model; w belongs to the first": 1 - want,
                "the first step begins with w = 0.5; you began elsewhere or made one step more": _iterate(
                    p, q, steps + 1
                ),
                "the present w must weigh p and q when you ask who was responsible": float((p / (p + q)).mean()),
                "this is the weight one step earlier": _iterate(p, q, steps - 1),
                "this counts where p is larger; each symbol's share must be graded": float((p > q).mean()),
                "the mean comes last: divide symbol by symbol first": float(p.sum() / (p + q).sum()),
            },
            on=f"{len(p)} symbols, steps = {steps}",
        )


@mixture_weight.part(points=2)
def mixture_weight_is_best(answer, rng):
    p, q = _two_models(rng, 400)
    grid = np.linspace(0.001, 0.999, 999)
    best = grid[np.argmax([np.log(w * p + (1 - w) * q).mean() for w in grid])]
    got = answer(p, q, 200)
    expect(np.ndim(got) == 0, MEAN_FORGOTTEN, got=got, on="400 symbols, steps = 200")
    got = float(got)
    message = "after many steps no other weight may make the text more probable"
    expect(abs(got - best) < 0.01, message, got=round(got, 3), want=f"about {best:.3f}", on="400 symbols, steps = 200")
