"""Checks for the exercises to lesson 14, `t5`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_equal, expect_shape, expect_type


def _spans(target, sentinels):
    """Each sentinel of the target with what follows it, in order; what stands before the first one comes with None."""
    found = [(None, [])]
    for token in target:
        if token in sentinels:
            found.append((token, []))
        else:
            found[-1][1].append(token)
    return found


def _fill(source, sentinels, of):
    """The source with `of(place among the sentinels, sentinel)` in place of each sentinel."""
    text, k = [], 0
    for token in source:
        if token in sentinels:
            text += of(k, token)
            k += 1
        else:
            text.append(token)
    return text


def _restored(source, target, sentinels):
    first = {}
    for token, span in _spans(target, sentinels):
        first.setdefault(token, span)
    return _fill(source, sentinels, lambda k, token: first.get(token, []))


def _restore_suspects(source, target, sentinels):
    found = _spans(target, sentinels)
    before, spans = found[0][1], found[1:]
    last, joined, first = {}, {}, {}
    for token, span in spans:
        first.setdefault(token, span)
        last[token] = span
        joined[token] = [*joined.get(token, []), *span]
    in_order = [span for _, span in spans]
    known = [token for token, _ in spans if token in source]
    swallowed, current = {}, []
    for token, span in spans:  # a sentinel that the source lacks does not end a span
        if token in source:
            current = swallowed.setdefault(token, [])
        current += span
    led = {known[0]: [*before, *first[known[0]]]} if known else {}
    return {
        "a sentinel that the target lacks is replaced by nothing; you left it in the text": _fill(
            source, sentinels, lambda k, token: first.get(token, [token])
        ),
        "the sentinels stand in the text, too: what follows them replaces them": _fill(
            source, sentinels, lambda k, token: [token, *first.get(token, [])]
        ),
        "go by the sentinel, not by its turn: the model may write them in another order, or leave one out": _fill(
            source, sentinels, lambda k, token: in_order[k] if k < len(in_order) else []
        ),
        "if a sentinel comes twice, the first time counts; you took the last": _fill(
            source, sentinels, lambda k, token: last.get(token, [])
        ),
        "if a sentinel comes twice, the first time counts; you joined both": _fill(
            source, sentinels, lambda k, token: joined.get(token, [])
        ),
        "every sentinel ends a span, also one that is not in the source": _fill(
            source, sentinels, lambda k, token: swallowed.get(token, [])
        ),
        "what stands before the target's first sentinel belongs to no span; you gave it to one": _fill(
            source, sentinels, lambda k, token: (first | led).get(token, [])
        ),
        "what follows a sentinel that is not in the source is dropped; you put it at the end": [
            *_restored(source, target, sentinels),
            *(i for token, span in first.items() if token not in source for i in span),
        ],
        "each span may have several tokens; you took one": _fill(
            source, sentinels, lambda k, token: first.get(token, [])[:1]
        ),
    }


def _compare_restored(answer, source, target, sentinels):
    got = answer(source, target, set(sentinels))
    expect_type(got, list)
    suspects = _restore_suspects(source, target, sentinels)
    expect_equal(got, _restored(source, target, sentinels), "this is not the text", suspects=suspects)


def _corrupted(rng, n_spans):
    """A text, as source and target with random sentinels."""
    marks = [int(i) for i in rng.permutation(np.arange(90, 100))]
    source, target = [], []
    for k in range(n_spans):
        source += [*(int(i) for i in rng.integers(10, 80, rng.integers(1, 4))), marks[k]]
        target += [marks[k], *(int(i) for i in rng.integers(10, 80, rng.integers(2, 5)))]
    return [*source, int(rng.integers(10, 80))], [*target, marks[n_spans]], marks


@exercise(points=3, minutes=20, difficulty=2)
def restore(answer, rng):
    for n_spans in (1, 3, 4):
        source, target, marks = _corrupted(rng, n_spans)
        _compare_restored(answer, source, target, set(marks))


@restore.part(points=2)
def restore_what_a_model_wrote(answer, rng):
    source, target, marks = _corrupted(rng, 4)
    spans = [span for _, span in _spans(target, set(marks))[1:]]
    one, two, three, four, fifth, unknown = marks[:6]
    tail = [int(i) for i in rng.integers(10, 80, 3)]
    for written in (
        [three, *spans[2], one, *spans[0], four, *spans[3], two, *spans[1], fifth],  # another order
        [one, *spans[0], three, *spans[2], fifth],  # two are missing
        [*tail, one, *spans[0], two, *spans[1], three, *spans[2], four, *spans[3]],  # something before the first
        [one, *spans[0], unknown, *tail, two, *spans[1], three, *spans[2], four, *spans[3], fifth, *tail],
        [one, *spans[0], two, *spans[1], one, *tail, three, *spans[2], four, *spans[3], three, *tail],  # twice
        [],
    ):
        _compare_restored(answer, source, written, set(marks))


def _prefix_masks(prefix, lengths, total):
    """The truth, token by token."""
    mask = np.zeros((len(prefix), total, total), bool)
    for b, (p, n) in enumerate(zip(prefix, lengths)):
        for i in range(n):
            for j in range(n):
                mask[b, i, j] = j < p if i < p else j <= i
    return mask


def _expect_mask(got, want, suspects):
    """As `expect_equal`, but the message shows one place and not three dimensions of True and False."""
    wrong = np.argwhere(got != want)
    place = tuple(int(i) for i in wrong[0]) if len(wrong) else ()
    says = next((says for says, value in suspects.items() if np.array_equal(value, got)), "this is not the mask")
    b, i, j = place or (0, 0, 0)
    where = f"{says}; the first wrong place of {want.shape} is mask[{b}, {i}, {j}]"
    expect(not place, where, got=bool(got[b, i, j]), want=bool(want[b, i, j]))


def _compare_masks(answer, prefix, lengths, total):
    got = answer(prefix, lengths, total)
    expect_shape(got, (len(prefix), total, total))
    expect(np.asarray(got).dtype == bool, "the mask is an array of bool", got=np.asarray(got).dtype)
    want = _prefix_masks(prefix, lengths, total)
    i, j = np.arange(total)[None, :, None], np.arange(total)[None, None, :]
    p, n = prefix[:, None, None], lengths[:, None, None]
    real = (i < n) & (j < n)
    suspects = {
        "rows are queries, columns are keys: yours is turned over": want.transpose(0, 2, 1),
        "the prefix is read backwards only: its tokens look ahead, too, as far as the prefix goes": (j <= i) & real,
        "backwards means j <= i: yours lets a token look at those after it": ((j >= i) | (j < p)) & real,
        "a row has lengths[b] tokens, the last at lengths[b] - 1: you took one of the padding, too": (
            (j <= i) | (j < p)
        )
        & (i <= n)
        & (j <= n),
        "the prefix looks at the answer: it may see only itself": ((j <= i) | (i < p)) & real,
        "everybody looks at everything: the answer must not look ahead": real & (i >= 0),
        "a token of the answer looks at itself, too": ((j < i) | (j < p)) & real,
        "the prefix has prefix[b] tokens: it ends one earlier": ((j <= i) | (j <= p)) & real,
        "a token of the answer looks at the answer before it, not at the prefix alone": ((j < p) | (i == j)) & real,
        "two tokens of the answer see nothing of each other; they look backwards at all before them": (j < p) & real,
        "padding looks at nothing: its rows are all False": ((j <= i) | (j < p)) & (j < n),
        "padding was forgotten: nobody looks at it, and it looks at nothing": (j <= i) | (j < p),
        "each row has its own prefix; you used the first row's for all": ((j <= i) | (j < p[:1])) & real,
        "True means that a token may look; yours says the opposite": ~want,
    }
    suspects = {says: value for says, value in suspects.items() if not np.array_equal(value, want)}
    _expect_mask(np.asarray(got), want, suspects)


@exercise(points=3, minutes=20, difficulty=2)
def prefix_mask(answer, rng):
    for total in (7, 9):
        lengths = np.array([total, total - 2, total - 1])
        prefix = rng.permutation([2, 3, 4])
        _compare_masks(answer, prefix, lengths, total)


@prefix_mask.part(points=2)
def prefix_mask_at_the_ends(answer, rng):
    total = int(rng.integers(5, 8))
    cases = {
        "no prefix in the second row: this is the causal mask": ([2, 0], [total, 3]),
        "nothing but prefix: this is an encoder's mask": ([total, 3], [total, 3]),
        "a row of padding alone": ([2, 0], [total, 0]),
    }
    for prefix, lengths in cases.values():
        _compare_masks(answer, np.array(prefix), np.array(lengths), total)


def _bucket_of(d, n, greatest):
    """The bucket of a distance in one direction, in whole numbers, so that no rounding can decide."""
    e = n // 2
    if d < e:
        return d
    k = 0  # the greatest k with (M/e)^k ≤ (d/e)^(n-e)
    while k < n - e - 1 and greatest ** (k + 1) * e ** (n - e) <= d ** (n - e) * e ** (k + 1):
        k += 1
    return e + k


def _ranges(n, greatest):
    """For each bucket its smallest and its greatest distance."""
    buckets = [_bucket_of(d, n, greatest) for d in range(2 * greatest)]
    ranges = [(buckets.index(b), 2 * greatest - 1 - buckets[::-1].index(b)) for b in sorted(set(buckets))]
    return [*ranges[:-1], (ranges[-1][0], None)] if len(ranges) == n else None


def _settings(rng):
    """Numbers of buckets and greatest distances of which no bucket is empty, and no edge is nearly whole."""
    while True:
        n, greatest = 2 * int(rng.integers(4, 17)), int(rng.integers(60, 400))
        e = n // 2
        edges = [e * (greatest / e) ** (k / (n - e)) for k in range(1, n - e)]
        if _ranges(n, greatest) and all(abs(edge - round(edge)) > 1e-3 for edge in edges):
            return n, greatest


def _range_suspects(buckets, n, greatest):
    """What a misconception gives for all these buckets."""
    e, truth = n // 2, _ranges(n, greatest)

    def edge(b):
        return e * (greatest / e) ** ((b - e) / (n - e))

    def all_by(edge, whole=lambda x: int(np.ceil(x)), first=e + 1):
        begin = [b if b < first else whole(edge(b)) for b in range(n + 1)]
        return [(begin[b], None if b == n - 1 else begin[b + 1] - 1) for b in buckets]

    right = [truth[b] for b in buckets]
    return right, {
        "the edges grow by a factor, not by a step: solve ln(d/e) = … for d": all_by(
            lambda b: e + (b - e) * (greatest - e) / (n - e)
        ),
        "a bucket ends one before the next begins; you gave where the next begins": [
            (low, high if high is None else high + 1) for low, high in right
        ],
        "a bucket begins at the first whole distance that is not below the edge: round up, not down": all_by(
            edge, whole=lambda x: int(np.floor(x))
        ),
        "an edge that is a whole number belongs to the bucket that begins there: floor + 1 is not rounding up": all_by(
            edge, whole=lambda x: int(np.floor(x)) + 1, first=e
        ),
        "rounding to the nearest is not rounding up: below the edge is still the bucket before": all_by(
            edge, whole=lambda x: int(np.round(x))
        ),
        "the last bucket has no greatest distance: M is where the formula ends, and all beyond belong to it, too": [
            (low, greatest if high is None else high) for low, high in right
        ],
        "the last bucket begins before M: M is where one more bucket would begin": [
            (greatest if high is None else low, high) for low, high in right
        ],
        "the logarithm starts at e, not at 1: the factor is M/e": all_by(lambda b: e * greatest ** ((b - e) / (n - e))),
        "the shared buckets of a side are s − e of them, not n nor s": all_by(
            lambda b: e * (greatest / e) ** ((b - e) / n)
        ),
        "the exponent counts from bucket e on: b − e": all_by(lambda b: e * (greatest / e) ** (b / (n - e))),
        "the first e buckets hold one distance each, and the formula does not hold for them": all_by(edge, first=0),
    }


def _signed(ranges, buckets, side):
    """Distances of buckets as relative positions: behind the query first, from `side` on ahead of it."""
    return [
        (low, high) if bucket >= side else (None if high is None else -high, -low)
        for bucket, (low, high) in zip(buckets, ranges)
    ]


def _one_sided(buckets, n, greatest):
    """The ranges for somebody who gives all n buckets to the keys behind the query."""
    e = n // 2
    begin = [b if b <= e else int(np.ceil(e * (greatest / e) ** ((b - e) / (n - e)))) for b in range(n + 1)]
    return _signed([(begin[b], None if b == n - 1 else begin[b + 1] - 1) for b in buckets], buckets, n)


def _compare_ranges(answer, buckets, n, greatest):
    got = []
    for b in buckets:
        one = answer(b, n, greatest)
        expect_type(one, (tuple, list), "return two things: the smallest and the greatest relative position")
        expect(len(one) == 2, "return two things: the smallest and the greatest relative position", got=one)
        whole = all(x is None or isinstance(x, (int, np.integer)) for x in one)
        expect(whole, "give whole numbers: a pair of int or None", got=one)
        got.append(tuple(one))
    side = n // 2
    right, suspects = _range_suspects([b % side for b in buckets], side, greatest)
    want = _signed(right, buckets, side)
    suspects = {says: _signed(value, buckets, side) for says, value in suspects.items()}
    suspects |= {
        "keys behind the query have the buckets below n/2; you turned the sides around": _signed(
            right, [n - 1 - b for b in buckets], side
        ),
        "these are distances; behind the query, the relative position is negative": right,
        "each side has n/2 buckets: bucket % s with s = n/2, not n": _one_sided(buckets, n, greatest),
        "give the smaller first: behind the query, the greatest distance is the smallest position": [
            (low, high) if b >= side else (high, low) for b, (low, high) in zip(buckets, want)
        ],
    }
    suspects = {says: value for says, value in suspects.items() if value != want}
    wrong = [k for k in range(len(want)) if got[k] != want[k]]
    k = wrong[0] if wrong else 0
    closed = any(w is None and g is not None for g, w in zip(got[k], want[k]))
    other = "the last bucket of a side has no end: give None there" if closed else "this is not the bucket's range"
    says = next((says for says, value in suspects.items() if value == got), other)
    on = f"bucket {buckets[k]} of {n}, M = {greatest}"
    expect(not wrong, says, got=got[k], want=want[k], on=on)


@exercise(points=3, minutes=25, difficulty=2)
def bucket_range(answer, rng):
    for n, greatest in [*(_settings(rng) for _ in range(3)), (32, 128)]:
        shared = list(range(n // 2, n - 1))
        _compare_ranges(answer, [*shared, *(n + b for b in shared)], 2 * n, greatest)


@bucket_range.part(points=2)
def bucket_range_at_the_ends(answer, rng):
    for _ in range(3):
        n, greatest = _settings(rng)
        _compare_ranges(answer, [b for b in range(2 * n) if b != n], 2 * n, greatest)
