"""Checks for the exercises to lesson 11, `attention`."""

import tracemalloc
from itertools import combinations, pairwise
from traceback import extract_tb

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_shape, expect_type, refuse

# What can be left unmended, and how a refusal names it.
FAULTS = {
    "heads": "the cutting of the heads (reshape to (T, H, D) first, then turn: a bare reshape mixes tokens)",
    "scale": "the division (by √D, where D = C / H is the size of one head)",
    "axis": "the direction of the softmax (the keys of one query compete: the last axis)",
    "mask": "the mask (-inf before the softmax: weights set to 0 afterwards no longer sum to 1)",
}
FINITE = (-1e2, -1e3, -1e4, -1e5, -1e6)  # used for a mask in place of -inf


def _softmax(scores, axis):
    highest = scores.max(axis, keepdims=True)
    powers = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    with np.errstate(invalid="ignore"):
        return powers / powers.sum(axis, keepdims=True)


def _attend(x, w_q, w_k, w_v, w_o, slopes, faults=(), sign=-1.0, mask="causal", axis=2, divide="D", **end):
    """The attention of exercise 1, with some faults left in it or a belief of its own."""
    (t_size, c_size), n_heads = x.shape, len(slopes)
    size = c_size // n_heads
    if "heads" in faults:
        q, k, v = ((x @ w).reshape(n_heads, t_size, size) for w in (w_q, w_k, w_v))
    else:
        q, k, v = ((x @ w).reshape(t_size, n_heads, size).swapaxes(0, 1) for w in (w_q, w_k, w_v))
    t = np.arange(t_size)
    seen = {"causal": t[:, None] >= t, "ahead": t[:, None] <= t, "none": np.ones((t_size, t_size), bool)}
    sees = seen.get(mask, seen["causal"])
    by = {"D": c_size if "scale" in faults else size, "H": n_heads, "all": size}.get(divide, 1) ** 0.5
    penalty = sign * np.asarray(slopes)[:, None, None] * (t[:, None] - t)
    scores = np.einsum("htd,hsd->hts", q, k) / by + penalty / (by if divide == "all" else 1)
    axis = 1 if "axis" in faults else axis
    if "mask" in faults:
        weights = _softmax(scores, axis) * sees
    elif mask == "zeros":
        weights = _softmax(scores * sees, axis)
    elif isinstance(mask, float):
        weights = _softmax(np.where(sees, scores, mask), axis)
    else:
        weights = _softmax(np.where(sees, scores, -np.inf), axis)
    y = np.einsum("hts,hsd->thd" if end.get("back", True) else "hts,hsd->htd", weights, v).reshape(t_size, c_size)
    return y @ w_o if end.get("out", True) else y


def _mend_suspects(given):
    suspects = {f"one fault is left: {name}": _attend(*given, faults=(key,)) for key, name in FAULTS.items()}
    for n in (2, 3):
        for keys in combinations(FAULTS, n):
            names = ", ".join(FAULTS[key] for key in keys[:-1]) + f", and {FAULTS[keys[-1]]}"
            suspects[f"{('two', 'three')[n - 2]} faults are left: {names}"] = _attend(*given, faults=keys)
    suspects["all four faults are still there"] = _attend(*given, faults=tuple(FAULTS))
    return suspects | {
        "the penalty has the wrong sign: what is far gets a lower score": _attend(*given, sign=1.0),
        "the scores are not divided by √D": _attend(*given, divide="nothing"),
        "the scores are divided by √H; D = C / H is the size of one head, H the number of heads": _attend(
            *given, divide="H"
        ),
        "the penalty is divided by √D, too; only the dot product is": _attend(*given, divide="all"),
        "the distance penalty is missing": _attend(*given, sign=0.0),
        "the causal mask is missing: tokens look ahead": _attend(*given, mask="none"),
        "the mask is turned over: tokens look ahead and not back": _attend(*given, mask="ahead"),
        "a score of 0 is no mask, e⁰ is 1: use -inf": _attend(*given, mask="zeros"),
        "the softmax runs over the heads; the keys of one query compete, along the last axis": _attend(*given, axis=0),
        "the last matrix, w_o, is missing": _attend(*given, out=False),
        "the heads were not turned back before the reshape: (H, T, D) becomes (T, H, D) first": _attend(
            *given, back=False
        ),
    }


def _finite_mask(given, got, on):
    """What a mask of some finite number instead of -inf would have given, if it is what was got."""
    says = dict.fromkeys(FINITE, "a finite number hides nothing when other scores are lower still: use -np.inf")
    if "and more" in on:  # where all scores are very low, 0 and -10,000 give the same
        says = {"zeros": "a score of 0 is no mask, and neither is a small number: use -np.inf"} | says
    for mask, what in says.items():
        if np.allclose(got, one := _attend(*given, mask=mask)):
            return {what: one}
    return {}


def _tokens(rng, t_size, n_heads, size, scale=1.0):
    c_size = n_heads * size
    x = scale * rng.normal(size=(t_size, c_size))
    matrices = [rng.normal(size=(c_size, c_size)) * c_size**-0.5 for _ in range(4)]
    return x, *matrices, rng.uniform(0.2, 1.5, n_heads)


def _compare_mend(answer, given, on, named=True):
    # Large scores make hard looks, in which many a fault gives the same as another: then none is named.
    with np.errstate(all="ignore"):
        got = answer(*given)
        expect_shape(got, given[0].shape, "the result has a row for each token: (T, C)")
        finite = np.isfinite(np.asarray(got, float)).all(1)
        if not finite[0] and finite[1:].all() and len(finite) > 1:
            refuse("only the first row is no number; the first token sees itself, and nothing else", got=got, on=on)
        if not finite.all():
            says = "take from each row, before exp, the largest score that its query may see: mask before the max"
            refuse(f"not all of the result are numbers: {says}", got=got, on=on)
        expect_close(
            got,
            _attend(*given),
            "this is not the attention of the task",
            suspects=_mend_suspects(given) if named else _finite_mask(given, got, on),
            on=on,
        )


@exercise(points=4, minutes=25, difficulty=2)
def mend(answer, rng):
    for t_size, n_heads, size in ((5, 3, 4), (7, 2, 3), (4, 4, 2)):
        given = _tokens(rng, t_size, n_heads, size)
        _compare_mend(answer, given, f"{t_size} tokens, {n_heads} heads of {size} channels")


@mend.part(points=1)
def mend_large_numbers(answer, rng):
    given = _tokens(rng, 6, 2, 3, scale=60.0)
    _compare_mend(answer, given, "scores of 1000 and more", named=False)
    x, w_q, _, *rest = _tokens(rng, 6, 2, 3, scale=1000.0)
    _compare_mend(answer, (x, w_q, -w_q, *rest), "scores of -10,000 and less: mask with -inf", named=False)
    _compare_mend(answer, _tokens(rng, 1, 2, 3), "a text of one token", named=False)
    _compare_mend(answer, _tokens(rng, 5, 1, 4), "a single head", named=False)


def _pack(lengths, size):
    """Mask and positions, token by token."""
    mask, positions, begin = np.zeros((size, size), bool), np.zeros(size, int), 0
    for length in lengths:
        for t in range(begin, begin + length):
            positions[t] = t - begin
            mask[t, begin : t + 1] = True
        begin += length
    return mask, positions


def _compare_packed(answer, lengths, size):
    try:
        got = answer(lengths, size)
    except ValueError as error:
        line = extract_tb(error.__traceback__)[-1].line or "raise"
        if not line.lstrip().startswith("raise"):  # not the learner's own: shown as it is
            raise
        says = "your function raised ValueError, but these documents fit: what is left of the row is padding"
        refuse(says, got=f"ValueError: {error}", on=f"packed({lengths}, {size})")
    expect_type(got, (tuple, list), "return two things: the mask and the positions")
    expect(len(got) == 2, "return two things: the mask and the positions", got=len(got), want=2)
    mask, positions = (np.asarray(part) for part in got)
    expect_shape(mask, (size, size), "the mask is (size, size) and comes first")
    expect_shape(positions, (size,), "the positions are (size,) and come second")
    expect(mask.dtype == bool, "the mask is an array of bool", got=mask.dtype, want="bool")
    whole = np.issubdtype(positions.dtype, np.integer)
    expect(whole, "the positions are an array of integers", got=positions.dtype, want="int")
    right, places = _pack(lengths, size)
    total, causal = sum(lengths), np.tri(size, dtype=bool)
    real = np.arange(size) < total
    own = np.full(size, -1)
    own[:total] = np.repeat(np.arange(len(lengths)), lengths)
    by_length = np.full(size, -1)
    by_length[:total] = np.repeat(lengths, lengths)
    padding_sees = causal & (own[:, None] == own)
    suspects = {
        "padding sees padding; it is to see nothing": padding_sees,
        "documents see each other: each token sees its own document only": causal & real[:, None] & real,
        "this is the plain causal mask: documents see each other, and padding takes part": causal,
        "tokens look ahead in their document: the mask is causal, too": right | right.T,
        "the mask is turned over: a row is the token that looks, a column the one that is looked at": right.T,
        "tokens do not see themselves": right & ~np.eye(size, dtype=bool),
        "neighbours of equal length were taken for one document": causal
        & (by_length[:, None] == by_length)
        & real[:, None]
        & real,
        "True is where a query may see a key; yours is True where it may not": ~right,
        "padding looks at the document before it; it is to see nothing": right
        | (causal & ~real[:, None] & real & ~right),
        "padding sees itself; it is to see nothing": right | np.diag(~real),
    }
    expect_equal(mask, right, "this is not the mask of the packed row", suspects=suspects)
    running = np.arange(size) * real
    counted_on = places.copy()
    counted_on[~real] = np.arange(size - total)
    suspects = {
        "the places run on over the documents: each begins at 0 anew": running,
        "the places run on over the documents, and padding has 0": np.arange(size),
        "the position of padding is 0": counted_on,
        "positions are counted from 0, not from 1": np.where(real, places + 1, 0),
        "these are the numbers of the documents, not the places in them": np.where(real, own, 0),
    }
    for says in ("the position of padding is 0 (it is not the next place of the last document)",):
        goes_on = places.copy()
        goes_on[~real] = lengths[-1] + np.arange(size - total)
        suspects[says] = goes_on
    expect_equal(positions, places, "these are not the places in the documents", suspects=suspects)


@exercise(points=3, minutes=20, difficulty=2)
def packed(answer, rng):
    for _ in range(3):
        lengths = [int(n) for n in rng.integers(2, 5, 2)]
        lengths += [lengths[1], int(rng.integers(5, 7))]  # two neighbours of equal length
        _compare_packed(answer, lengths, sum(lengths) + int(rng.integers(2, 5)))


@packed.part(points=1)
def packed_at_the_ends(answer, rng):
    lengths = [int(n) for n in rng.integers(1, 4, 4)]
    try:
        answer(lengths, sum(lengths))
    except ValueError:
        refuse("the documents fill the row exactly: they fit, and it was refused", got="ValueError")
    _compare_packed(answer, lengths, sum(lengths))  # no padding
    _compare_packed(answer, [1], 3)
    try:
        answer(lengths, sum(lengths) - 1)
    except ValueError:
        expect(True, "")
        return
    refuse("the documents do not fit into the row, by one token: raise ValueError")


def _flow(k, v, cuts):
    """Blocks of keys and values, one after the other, all in the same piece of memory."""
    room = np.empty((max(np.diff(cuts)), k.shape[1] + v.shape[1]))
    for begin, end in pairwise(cuts):
        block = room[: end - begin]
        block[:, : k.shape[1]], block[:, k.shape[1] :] = k[begin:end], v[begin:end]
        yield block[:, : k.shape[1]], block[:, k.shape[1] :]


def _whole(q, k, v, scale=None):
    return _softmax(q @ k.T * (q.shape[1] ** -0.5 if scale is None else scale), 1) @ v


def _block_beliefs(q, k, v, cuts):
    """What misconceptions give, from the statistics of each block."""
    parts = []
    for begin, end in pairwise(cuts):
        scores = q @ k[begin:end].T * q.shape[1] ** -0.5
        m = scores.max(1, keepdims=True)
        powers = np.exp(scores - m)
        parts.append((m, powers.sum(1, keepdims=True), powers @ v[begin:end]))
    sizes = np.diff(cuts)

    def fold(correct_z=True, correct_y=True):
        m, z, y = parts[0]
        for new, z_one, y_one in parts[1:]:
            top = np.maximum(m, new)
            old, fresh = np.exp(m - top), np.exp(new - top)
            z = z * (old if correct_z else 1) + z_one * fresh
            y = y * (old if correct_y else 1) + y_one * fresh
            m = top
        return y / z, y

    means = [y / z for _, z, y in parts]
    return {
        "the mean over the blocks' answers is another number: a block counts by its powers": np.mean(means, axis=0),
        "the blocks' answers were weighted by their sizes: a block counts by its powers": sum(
            n * one for n, one in zip(sizes, means)
        )
        / sizes.sum(),
        "each block has its own maximum, and the sums were added as they are: bring all to one maximum": sum(
            y for *_, y in parts
        )
        / sum(z for _, z, _ in parts),
        "the old sums were not corrected for the new maximum: neither z nor y": fold(False, False)[0],
        "z is corrected for the new maximum, y is not": fold(correct_y=False)[0],
        "y is corrected for the new maximum, z is not": fold(correct_z=False)[0],
        "y was not divided by z at the end": fold()[1],
        "only the last block counted: m was not carried on (then e^(m - m') is 0 each time), "
        "or you kept the blocks, which are overwritten": means[-1],
        "only the first block counted": means[0],
        "the scores were not divided by √D": _whole(q, k, v, 1.0),
        "the scores were divided by D, not by its root": _whole(q, k, v, 1 / q.shape[1]),
    }


# What makes infinities, by the case in which they come first.
NOT_FINITE = {
    "below": "relative to 0 the powers of scores far below 0 are all 0: begin with m = -inf",
    "come first": "m' is the larger of the old m and the block's maximum; yours follows the last block, "
    "so e^(m - m') overflows when a block's scores are lower",
    "come last": "take the powers of each query relative to its own largest score so far",
    "block": "the correction is e^(m - m'), old minus new; turned over it is e^inf in the first block "
    "(and the powers of a block are relative to the new m')",
}


def _compare_pass(answer, q, k, v, cuts, on, named=True):
    with np.errstate(all="ignore"):
        got = answer(q, _flow(k, v, cuts))
        expect_shape(got, (len(q), v.shape[1]), "the result is (T, E)")
        if not np.isfinite(np.asarray(got, float)).all():
            why = next(says for part, says in NOT_FINITE.items() if part in on)
            refuse(f"not all of the result are numbers; {why}", got=got, on=on)
        suspects = _block_beliefs(q, k, v, cuts) if named else {}
    expect_close(
        got,
        _whole(q, k, v),
        "this is not attention over all keys" + ("" if named else " (run the first check for more)"),
        suspects=suspects,
        on=on,
        rtol=1e-6,
        atol=1e-9,
    )


def _blocks(rng, sizes, spread=1.0):
    q, k = rng.normal(size=(4, 3)), rng.normal(size=(sum(sizes), 3)) * spread
    return q, k, rng.normal(size=(sum(sizes), 2)), np.cumsum([0, *sizes])


@exercise(points=3, minutes=30, difficulty=3)
def one_pass(answer, rng):
    for sizes in ((3, 3, 3), (5, 2, 4), (1, 6)):
        q, k, v, cuts = _blocks(rng, sizes, spread=2.0)
        _compare_pass(answer, q, k, v, cuts, f"blocks of {', '.join(map(str, sizes))} keys")
    _compare_pass(answer, *_blocks(rng, (4,)), "a single block")


@one_pass.part(points=2)
def one_pass_large_scores(answer, rng):
    _compare_pass(answer, *_blocks(rng, (3, 3)), "two blocks of small scores")
    cases = {}
    for order in ("the largest scores come last", "the largest scores come first"):
        q, k, v, cuts = _blocks(rng, (4, 4, 4), spread=1.0)
        q, k = np.abs(q) + 1, (np.abs(k) + 1) * np.repeat([1.0, 30.0, 900.0], 4)[:, None]
        cases[order] = q, k[::-1].copy() if order.endswith("first") else k, v, cuts
    for order, case in cases.items():  # scores above 0 first: there m may begin at 0, and other faults show alone
        _compare_pass(answer, *case, order, named=False)
    for q, k, v, cuts in cases.values():
        _compare_pass(answer, q, -k - 900, v, cuts, "all scores far below 0", named=False)
    sizes = [64] * 128
    k, v, q = rng.normal(size=(8192, 3)), rng.normal(size=(8192, 2)), rng.normal(size=(96, 3))
    cuts = np.cumsum([0, *sizes])
    flow = _flow(k, v, cuts)
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    got = answer(q, flow)
    used = tracemalloc.get_traced_memory()[1] - before
    if not tracing:
        tracemalloc.stop()
    expect_close(got, _whole(q, k, v), "this is not attention over all keys", on="8,192 keys in blocks of 64")
    table = 96 * 8192 * 8
    expect(
        used < table / 2,
        "your function holds a table of all scores: keep only the largest score, z and y from block to block",
        got=f"{used / 1e6:.1f} MB in use",
        want=f"less than {table / 2e6:.1f} MB",
        on="96 queries, 8,192 keys in blocks of 64",
    )
