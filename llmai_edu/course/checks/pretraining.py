"""Checks for the exercises to lesson 16, `pretraining`."""

import json
from itertools import combinations, pairwise

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_equal, expect_shape, refuse
from llmai_edu.course.limit import TimeUp, time_limit


def _pairs(signatures, agree):
    """All pairs of rows for which `agree(a, b)` holds."""
    rows = list(enumerate(signatures))
    return {(i, j) for (i, a), (j, b) in combinations(rows, 2) if agree(a, b)}


def _bands(signature, bands):
    return [tuple(band.tolist()) for band in np.split(signature, bands)]


def _joined(signature, bands):
    """The bands as texts, each with its place, their numbers written one after another."""
    return [(place, "".join(map(str, band))) for place, band in enumerate(_bands(signature, bands))]


def _meet(signatures, bands, link):
    """Pairs from the rows that meet in each band, as `link` makes them."""
    found = set()
    for band in np.split(signatures, bands, axis=1):
        places = {}
        for row, numbers in enumerate(band.tolist()):
            places.setdefault(tuple(numbers), []).append(row)
        found |= {pair for rows in places.values() for pair in link(rows)}
    return found


def _near_pairs(signatures, bands):
    return _meet(signatures, bands, lambda rows: combinations(rows, 2))


def _suspects(signatures, bands):
    """What misconceptions about the search would give."""
    width = signatures.shape[1]
    size = width // bands
    return {
        "bands at different places were compared: only the same place counts": _pairs(
            signatures, lambda a, b: bool(set(_bands(a, bands)) & set(_bands(b, bands)))
        ),
        "as many equal numbers as a band has are not enough: they must be the numbers of one band": _pairs(
            signatures, lambda a, b: (a == b).sum() >= size
        ),
        "one whole band is enough; you asked for all of them": _pairs(signatures, lambda a, b: (a == b).all()),
        "one equal number is not enough: all numbers of the band must agree": _pairs(
            signatures, lambda a, b: (a == b).any()
        ),
        "the numbers of a band stand together: with K = 4 and two bands, the first is numbers 0 and 1": _pairs(
            signatures, lambda a, b: any((a[k::bands] == b[k::bands]).all() for k in range(bands))
        ),
        "`bands` is how many bands there are, not how many numbers a band has": _near_pairs(signatures, size),
        "any run of that length was taken; bands begin at 0, K / bands, 2 K / bands and so on": _pairs(
            signatures,
            lambda a, b: any((a[k : k + size] == b[k : k + size]).all() for k in range(width - size + 1)),
        ),
        "1, 23 and 12, 3 are two bands; joined to one text they are the same key": _pairs(
            signatures, lambda a, b: bool(set(_joined(a, bands)) & set(_joined(b, bands)))
        ),
        "when three rows meet, that makes three pairs; you linked each with the next one only": _meet(
            signatures, bands, pairwise
        ),
        "when three rows meet, that makes three pairs; you linked each with the first one only": _meet(
            signatures, bands, lambda rows: ((rows[0], row) for row in rows[1:])
        ),
    }


@exercise(points=4, minutes=25, difficulty=2, seconds=5)
def near_pairs(answer, rng):
    for count, width, bands, values in (
        (12, 12, 4, 4),
        (9, 12, 4, 2),
        (14, 12, 3, 2),
        (12, 12, 4, 3),
        (6, 6, 6, 9),
        (5, 6, 1, 2),
        (9, 8, 4, 40),
    ):
        signatures = rng.integers(values, size=(count, width))
        signatures[-1] = signatures[0]
        signatures[1, : width // 2] = signatures[2, : width // 2]  # some whole bands, whatever their width
        if values == 40:
            signatures[3, :2], signatures[4, :2] = (1, 23), (12, 3)
        got = answer(signatures, bands)
        expect(isinstance(got, set), "return a set of pairs, such as {(0, 3), (1, 2)}", got=got)
        expect(
            all(isinstance(pair, tuple) and len(pair) == 2 for pair in got),
            "the set should hold tuples (i, j) of two row numbers",
            got=got,
        )
        expect(not any(i == j for i, j in got), "a text is no pair with itself: i must be smaller than j", got=got)
        expect(not any(i > j for i, j in got), "in each pair (i, j), i must be smaller than j", got=got)
        expect_equal(
            got,
            _near_pairs(signatures, bands),
            "these are not the pairs that agree in at least one whole band",
            suspects=_suspects(signatures, bands),
        )


@near_pairs.part(points=1)
def near_pairs_of_many(answer, rng):
    signatures = rng.integers(2**31, size=(20_000, 32))
    want = set()
    for band in range(4):
        i, j = sorted(rng.choice(20_000, 2, replace=False).tolist())
        signatures[j, 8 * band : 8 * band + 8] = signatures[i, 8 * band : 8 * band + 8]
        want.add((i, j))
    got = late = "late"
    try:
        with time_limit(4):
            got = answer(signatures, 4)
    except TimeUp:
        pass
    expect(got is not late, "too slow for 20,000 signatures, it took more than 4 s: are all pairs compared?", on="")
    expect_equal(got, want, "among many signatures, the pairs are not those that share a band", on="")


def _document_mask(ids, end):
    before = np.concatenate(([0], np.cumsum(ids == end)[:-1]))
    return np.array([[j <= i and before[i] == before[j] for j in range(len(ids))] for i in range(len(ids))])


@exercise(points=4, minutes=20, difficulty=2)
def document_mask(answer, rng):
    for case in range(6):
        end = int(rng.integers(50, 90)) if case % 2 else 0
        ids = rng.integers(1, 40, size=int(rng.integers(7, 11)))
        ids[[2, 4]] = end
        if case == 2:
            ids[[0, -1]] = end
        if case == 3:
            ids[3] = end
        if case == 4:
            ids[[2, 4]] = 41
        if case == 5:
            ids = ids[:1]
        got, want = answer(ids, end), _document_mask(ids, end)
        expect_shape(got, want.shape)
        expect(np.asarray(got).dtype == bool, "the entries should be True and False, not numbers", got=got)
        places = np.arange(len(ids))
        later = np.cumsum(ids == end)
        own = np.where(ids == end, -1 - places, later)
        causal = places[:, None] >= places
        both = np.maximum(want, want.T)
        expect_equal(
            got,
            want,
            "this is not the mask of own document and no later token",
            suspects={
                "the end token belongs to the document before it; here it begins the next one": causal
                & (later[:, None] == later),
                "the end token was left alone; it belongs to the document that it ends": causal & (own[:, None] == own),
                "tokens of one document see later ones, too: an answer may not look ahead": both,
                "rows and columns are exchanged: row i says what token i looks at": want.T,
                "a token looks at itself, too": want & (places[:, None] != places),
                "this is the causal mask alone: other documents are seen": causal,
                "True and False are exchanged: True means that it may look": ~want,
            },
        )


SAME_SEED = "two objects with the same seed should give the same numbers"


def _draw(windows, count):
    drawn, ended = [], None
    while len(drawn) < count and not ended:
        try:
            drawn.append(next(windows))
        except (StopIteration, IndexError) as error:
            if not drawn and isinstance(error, IndexError):
                raise
            ended = type(error).__name__
    expect(
        not ended, f"`next` raised {ended}: the windows never end, after one epoch the next begins", got=drawn, on=""
    )
    return drawn


def _even(numbers, n):
    """Whether each number is the one before plus the same number, modulo n."""
    return len({(b - a) % n for a, b in pairwise(numbers)}) == 1


@exercise(points=2, minutes=25, difficulty=3)
def ShuffledWindows(answer, rng):
    n, seed = int(rng.integers(12, 17)), int(rng.integers(1000))
    windows, all_of_them = answer(n, seed), list(range(n))
    drawn = _draw(windows, 3 * n)
    epochs = [drawn[:n], drawn[n : 2 * n], drawn[2 * n :]]
    on = f"ShuffledWindows({n}, {seed}), three epochs"
    for epoch in epochs:
        expect_equal(sorted(epoch), all_of_them, "an epoch gives each window exactly once", on=on)
    expect(epochs[0] != all_of_them, "the windows come in their own order: they are not shuffled", got=epochs[0], on=on)
    expect(
        not any(_even(epoch, n) for epoch in epochs),
        "each window is the one before plus the same number: that is a rule, not a shuffled order",
        got=epochs,
        on=on,
    )
    again = [n, *epochs[0]]
    expect(
        epochs[1] != epochs[0] and epochs[2] not in epochs[:2],
        "every epoch has an order of its own; here one has the order of another",
        got=epochs,
        on=on,
    )
    for old, new in combinations(epochs, 2):
        places = [old.index(window) for window in new]
        said = "an epoch repeats the order of another, begun elsewhere or read backwards; shuffle anew"
        expect(not _even(places, n), said, got=epochs, on=on)
        said = "an epoch is another one with the same number added to each window; shuffle anew"
        expect(len({(b - a) % n for a, b in zip(old, new)}) > 1, said, got=epochs, on=on)
    np.random.seed(int(rng.integers(1000)))  # noqa: NPY002  (whoever draws from the global state is found out)
    twice = [_draw(answer(n, seed), 2 * n) for _ in range(2)]
    expect_equal(twice[0], twice[1], SAME_SEED, on=on)
    expect(_draw(answer(n, seed + 1), n) != epochs[0], "another seed should give another order", got=again[1:], on=on)


@ShuffledWindows.part(points=3)
def it_goes_on(answer, rng):
    n, seed = int(rng.integers(9, 14)), int(rng.integers(1000))
    twice = [_draw(answer(n, seed), 2 * n) for _ in range(2)]
    expect_equal(twice[0], twice[1], SAME_SEED, on=f"ShuffledWindows({n}, {seed}), two epochs")
    _state_of_many(answer(1000, seed))
    for other, drawn, where in (
        (seed, 0, "before the first window"),
        (seed, 4, "in the first epoch"),
        (seed, 2 * n + 3, "in the third epoch"),
        (seed, n, "at the end of the first epoch"),
        (seed + 1, 2 * n + 3, "in the third epoch"),
    ):
        on = f"ShuffledWindows({n}, {seed}), saved after {drawn} windows, loaded into ShuffledWindows({n}, {other})"
        first, resumed = answer(n, seed), answer(n, other)
        before = _draw(first, drawn)
        state = first.state_dict()
        kept = json.loads(json.dumps(state))
        want = _draw(first, 3 * n)
        expect(
            json.loads(json.dumps(state)) == kept,
            "the state changed while the object went on: return a new dictionary each time",
            on=on,
        )
        _load(resumed, kept, state, on)
        got = _draw(resumed, 3 * n)
        in_epoch = n - drawn % n
        here = got[:in_epoch] == want[:in_epoch]
        expect(
            other == seed or got == want, "it goes on with the seed of the new object, not with the saved one", on=on
        )
        expect(
            here or got != [*before, *want][: 3 * n],
            "it starts again with the first window; the place was not saved, or not used",
            got=got,
            want=want,
            on=on,
        )
        expect(
            here or got[: in_epoch - 1] != want[1:in_epoch],
            "one window was skipped: it is neither among those before nor after",
            got=got,
            want=want,
            on=on,
        )
        expect(
            here or drawn == 0 or got[0] != before[-1],
            "one window comes a second time: the last one before the state was saved",
            got=got,
            want=want,
            on=on,
        )
        expect(here, f"saved {where}, it does not go on with the windows of that epoch", got=got, want=want, on=on)
        expect_equal(got, want, "the epoch is ended rightly, but the next ones have another order", on=on)


def _load(windows, kept, state, on):
    """Load a state that has been JSON; where a key is missing then, say what became of it."""
    try:
        windows.load_state_dict(kept)
        return
    except KeyError:
        if not isinstance(state, dict) or all(isinstance(key, str) for key in state):
            raise
    refuse("JSON makes text of every key of a dictionary: use text as keys", want=state, got=kept, on=on)


def _state_of_many(windows):
    """Refuse a state that JSON cannot hold, or a large one."""
    _draw(windows, 1500)
    on = "1,000 windows, 1,500 drawn"
    try:
        text = json.dumps(windows.state_dict())
    except TypeError as error:
        text, why = None, str(error)
    expect(
        text is not None,
        "the state cannot be written as JSON: " + (why if text is None else ""),
        on=on,
    )
    expect(len(text) < 1000, f"the state is too large: {len(text):,} characters; can the order be made again?", on=on)
