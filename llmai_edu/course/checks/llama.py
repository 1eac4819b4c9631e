"""Checks for the exercises to lesson 15, `llama`."""

import math
import struct

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape


def _halves(x, position, theta=100.0):
    """RoPE for one vector, channel i with channel i + D/2."""
    half = len(x) // 2
    angle = position * theta ** (-np.arange(half) / half)
    a, b = x[:half], x[half:]
    return np.concatenate([a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)])


def _attend(q, k, v, sees, scale=None):
    """Attention of each token to the places that `sees` names for it; no cache."""
    outputs = []
    for t in range(len(q)):
        places = sees(t)
        scores = k[places] @ q[t] * (1 / math.sqrt(k.shape[1]) if scale is None else scale)
        weights = np.exp(scores - scores.max())
        outputs.append(weights / weights.sum() @ v[places])
    return np.array(outputs)


def _cached(q, k, v, window, *, query_by_slot=False, key_by_slot=False, empty_seen=False):
    """The function of the sheet, with a choice of its faults."""
    keys, values = np.zeros((window, k.shape[1])), np.zeros((window, v.shape[1]))
    outputs = []
    for t in range(len(q)):
        slot, n = t % window, window if empty_seen else min(t + 1, window)
        keys[slot], values[slot] = _halves(k[t], slot if key_by_slot else t), v[t]
        scores = keys[:n] @ _halves(q[t], slot if query_by_slot else t) / math.sqrt(k.shape[1])
        weights = np.exp(scores - scores.max())
        outputs.append(weights / weights.sum() @ values[:n])
    return np.array(outputs)


@exercise(points=4, minutes=30, difficulty=2)
def rolling(answer, rng):
    for tokens, window, size in ((11, 4, 6), (7, 3, 4), (4, 6, 4), (6, 1, 4)):
        q, k, v = 1.5 * rng.standard_normal((3, tokens, size))
        turned_q = np.array([_halves(x, t) for t, x in enumerate(q)])
        turned_k = np.array([_halves(x, t) for t, x in enumerate(k)])
        last = [slice(max(0, t - window + 1), t + 1) for t in range(tokens)]
        got = answer(q, k, v, window, _halves)
        expect_shape(got, (tokens, size))
        expect_close(
            got,
            _attend(turned_q, turned_k, v, last.__getitem__),
            "this is not attention to the last `window` tokens",
            suspects={
                "nothing was mended: positions start again at 0, and empty places are looked at": _cached(
                    q, k, v, window, query_by_slot=True, key_by_slot=True, empty_seen=True
                ),
                "the position is the token's place in the text, not its slot in the cache": _cached(
                    q, k, v, window, query_by_slot=True, key_by_slot=True
                ),
                "the first tokens look at places that were never written: zeros are keys, too": _cached(
                    q, k, v, window, empty_seen=True
                ),
                "the query stands at its place in the text, but the keys are still turned to their slot": _cached(
                    q, k, v, window, key_by_slot=True
                ),
                "the keys stand at their place in the text, but the query is still turned to its slot": _cached(
                    q, k, v, window, query_by_slot=True
                ),
                "each token saw one too many: itself and the window - 1 before it": _attend(
                    turned_q, turned_k, v, lambda t, w=window: slice(max(0, t - w), t + 1)
                ),
                "every token saw the whole text before it: only the last `window` tokens count": _attend(
                    turned_q, turned_k, v, lambda t: slice(0, t + 1)
                ),
                "queries and keys were not turned": _attend(q, k, v, last.__getitem__),
                "the scores are divided by the square root of D": _attend(
                    turned_q, turned_k, v, last.__getitem__, scale=1.0
                ),
                "values are not turned: only queries and keys are": _attend(
                    turned_q, turned_k, np.array([_halves(x, t) for t, x in enumerate(v)]), last.__getitem__
                ),
            },
            on=f"{tokens} tokens, window = {window}, D = {size}",
        )


@rolling.part(points=1)
def rolling_turns_once(answer, rng):
    q, k, v = rng.standard_normal((3, 9, 4))
    calls = []

    def turn(x, position):
        calls.append(position)
        return _halves(x, position)

    got = answer(q, k, v, 3, turn)
    turned_q = np.array([_halves(x, t) for t, x in enumerate(q)])
    turned_k = np.array([_halves(x, t) for t, x in enumerate(k)])
    expect_close(
        got,
        _attend(turned_q, turned_k, v, lambda t: slice(max(0, t - 2), t + 1)),
        "the calls are counted once the result is right: pass the first check",
        on="9 tokens, window = 3",
    )
    expect(
        len(calls) <= 18,
        "`turn` is called too often: a key is turned once, when it is stored, and stays turned",
        got=len(calls),
        want=18,
        on="9 tokens, window = 3; the number of calls of `turn`",
    )


def _stretched(x, theta, scale, neighbours=True, exponent=2.0, sign=1.0):
    """Turned queries; every argument is one way to go wrong."""
    length, size = x.shape
    speeds = theta ** (-exponent * np.arange(size // 2) / size)
    angle = sign * np.arange(length)[:, None] * scale * speeds
    first, second = (
        (slice(0, None, 2), slice(1, None, 2)) if neighbours else (slice(0, size // 2), slice(size // 2, None))
    )
    a, b = x[:, first], x[:, second]
    turned = np.empty_like(x)
    turned[:, first] = a * np.cos(angle) - b * np.sin(angle)
    turned[:, second] = b * np.cos(angle) + a * np.sin(angle)
    return turned


@exercise(points=3, minutes=20, difficulty=2)
def stretched_rope(answer, rng):
    for length, size, trained in ((9, 8, 4), (13, 6, 10), (7, 4, 2)):
        x, theta = rng.standard_normal((length, size)), float(rng.integers(50, 500))
        scale = trained / length
        parts = _stretched(x, theta, scale)
        a_b = [parts[:, 0::2], parts[:, 1::2]]
        got = answer(x.copy(), theta, trained)
        expect_shape(got, (length, size))
        expect_close(
            got,
            parts,
            "these are not the turned queries",
            suspects={
                "the positions were not stretched: multiply them by trained / T": _stretched(x, theta, 1.0),
                "the positions were multiplied by T / trained; they must become smaller": _stretched(
                    x, theta, length / trained
                ),
                "positions beyond the trained length must be stretched in as well, not cut off": _clipped(
                    x, theta, trained - 1
                ),
                "later positions must be stretched in, not all set to `trained`": _clipped(x, theta, trained),
                "the second channel was computed from the first one after it was turned": _in_place(x, theta, scale),
                "only whole positions: between 0 and 1 there are angles, too": _floored(x, theta, scale),
                "the channels are paired as halves; here neighbours are partners": _stretched(
                    x, theta, scale, neighbours=False
                ),
                "the speeds are too high: pair i turns by theta^(-2i/D)": _stretched(x, theta, scale, exponent=1.0),
                "the speeds grow with the pair; the exponent is negative": _stretched(x, theta, scale, exponent=-2.0),
                "turned in the other direction: check the signs": _stretched(x, theta, scale, sign=-1.0),
                "the pairs lie as two halves in your answer; each must stand where it was": np.concatenate(a_b, 1),
                "the factor is trained / T, not (trained - 1) / (T - 1)": _stretched(
                    x, theta, (trained - 1) / (length - 1)
                ),
            },
            on=f"T = {length}, D = {size}, theta = {theta:g}, trained = {trained}",
        )


def _clipped(x, theta, last):
    turned = _stretched(x, theta, 1.0)
    for t in range(last + 1, len(x)):
        turned[t] = _stretched(np.repeat(x[t : t + 1], last + 1, 0), theta, 1.0)[-1]
    return turned


def _in_place(x, theta, scale):
    turned, size = _stretched(x, theta, scale), x.shape[1]
    angle = np.arange(len(x))[:, None] * scale * theta ** (-2.0 * np.arange(size // 2) / size)
    turned[:, 1::2] = x[:, 1::2] * np.cos(angle) + turned[:, 0::2] * np.sin(angle)
    return turned


def _floored(x, theta, scale):
    return np.array(
        [_stretched(np.repeat(row[None], int(t * scale) + 1, 0), theta, 1.0)[-1] for t, row in enumerate(x)]
    )


@stretched_rope.part(points=1)
def stretched_rope_of_short_texts(answer, rng):
    x = rng.standard_normal((6, 4))
    expect_close(
        answer(x.copy(), 100.0, 3),
        _stretched(x, 100.0, 0.5),
        "short texts are tested once a long one is right: pass the first check",
        on="T = 6, D = 4, theta = 100, trained = 3",
    )
    for length, trained in ((5, 5), (4, 12)):
        x = rng.standard_normal((length, 6))
        expect_close(
            answer(x.copy(), 100.0, trained),
            _stretched(x, 100.0, 1.0),
            "wrong for a text that is not longer than the trained length",
            suspects={
                "a short text must stay as it is: never multiply by more than 1": _stretched(
                    x, 100.0, trained / length
                ),
                "a short text is turned, too: only its positions are not stretched": x,
            },
            on=f"T = {length}, trained = {trained}",
        )


def _packed(
    weights, divide=127.0, code="<e", rounded=np.round, block=32, first=True, offset=0, exact=True, absolute=True
):
    """Q8_0 as bytes; every argument is one way to go wrong."""
    out = b""
    for part in np.asarray(weights, np.float32).reshape(-1, block):
        top = np.abs(part).max() if absolute else part.max()
        scale = np.float32(top / divide)
        by = scale if exact else np.float32(np.float16(scale))
        q = rounded(part / by) if scale else np.zeros(block)
        numbers = np.clip(q + offset, -128 + offset, 127 + offset).astype(np.int16).astype(np.uint8).tobytes()
        head = struct.pack(code, float(scale))
        out += head + numbers if first else numbers + head
    return np.frombuffer(out, np.uint8)


FLOAT32 = "a scale of float32 has 4 bytes; float16 has 2"
ONE_SCALE = "one scale for all weights; each block of 32 has its own"
SIZES = "the scale comes from the largest size: take absolute values first"


@exercise(points=4, minutes=25, difficulty=2)
def pack_blocks(answer, rng):
    for blocks, size in ((1, 1.0), (3, 0.05), (60, 2.0)):
        weights = (size * rng.standard_normal((blocks, 32)) * rng.uniform(0.2, 3, (blocks, 1))).astype(np.float32)
        # The largest is negative in every other block.
        top = np.abs(weights).argmax(1)
        weights[np.arange(blocks), top] = np.where(np.arange(blocks) % 2, 1, -1) * np.abs(weights).max(1)
        steps = weights / (np.abs(weights).max(1, keepdims=True) / 127)
        weights[np.abs(steps - np.floor(steps) - 0.5) < 1e-3] = 0  # ties, which may be rounded either way
        weights = weights.ravel()
        got = answer(weights.copy())
        expect(isinstance(got, bytes | bytearray), "return `bytes`", got=type(got).__name__, want="bytes")
        where = f"{blocks} block{'s' * (blocks > 1)} of weights"
        suspects = {
            FLOAT32: _packed(weights, code="<f"),
            ONE_SCALE: _packed(weights, block=len(weights)),
            "the scale is the largest size over 127, not over 128": _packed(weights, divide=128.0),
            "there is a sign: 254 steps lie between -127 and 127": _packed(weights, divide=255.0),
            "little-endian: the low byte of the scale comes first": _packed(weights, code=">e"),
            "round to the nearest number; you cut off what is behind the point": _packed(weights, rounded=np.trunc),
            "rounded down: -0.5 is nearer to 0 or -1 than floor thinks": _packed(weights, rounded=np.floor),
            "the scale comes before the numbers": _packed(weights, first=False),
            "the bytes are signed: nothing is added to make them positive": _packed(weights, offset=128),
            SIZES: _packed(weights, absolute=False),
            "divide by the exact scale; you divided by the one that was rounded to float16": _packed(
                weights, exact=False
            ),
            "all scales come first in your answer; each stands before its own block": _apart(weights),
        }
        truth, mine = _packed(weights), np.frombuffer(bytes(got), np.uint8)
        for says, other in suspects.items():
            if not np.array_equal(other, truth):
                expect(not np.array_equal(mine, other), says, **_differing(mine, truth), on=where)
        expect(len(mine) == len(truth), "a block has 34 bytes", **_differing(mine, truth), on=where)
        largest = suspects[SIZES].reshape(-1, 34)[:, :2]
        expect(not np.array_equal(mine.reshape(-1, 34)[:, :2], largest), SIZES, **_differing(mine, truth), on=where)
        expect(np.array_equal(mine, truth), "some bytes are not those of Q8_0", **_differing(mine, truth), on=where)


def _differing(mine, truth):
    """What a message shows: the lengths, or from the first byte that differs on, a few of both."""
    if len(mine) != len(truth):
        return {"got": f"{len(mine)} bytes", "want": f"{len(truth)} bytes"}
    unequal = np.flatnonzero(mine != truth)
    start = int(unequal[0]) if len(unequal) else 0
    shown = [f"{part[start : start + 6].tobytes().hex(' ')} from byte {start} on" for part in (mine, truth)]
    return {"got": shown[0], "want": shown[1]}


def _apart(weights):
    blocks = _packed(weights).reshape(-1, 34)
    return np.concatenate([blocks[:, :2].ravel(), blocks[:, 2:].ravel()])


@pack_blocks.part(points=1)
def pack_blocks_of_zeros(answer, rng):
    weights = rng.standard_normal(96).astype(np.float32)
    weights[32:64] = 0
    try:
        with np.errstate(divide="raise", invalid="raise"):
            got = answer(weights.copy())
    except (FloatingPointError, ZeroDivisionError):
        got = None
    where = "three blocks, the second of zeros"
    expect(got is not None, "a block of zeros gives 0 / 0: its scale is 0, and its bytes are 0", got="0 / 0", on=where)
    expect(isinstance(got, bytes | bytearray), "return `bytes`", got=type(got).__name__, want="bytes", on=where)
    mine = np.frombuffer(bytes(got), np.uint8)
    expect(len(mine) != 108, FLOAT32, got=len(mine), want=102, on=where)
    expect(len(mine) != 98, ONE_SCALE, got=len(mine), want=102, on=where)
    expect(len(mine) == 102, "a block of zeros has 34 bytes like the others", got=len(mine), want=102, on=where)
    expect(not mine[34:68].any(), "a block of zeros is 34 bytes of 0", got=mine[34:68], on=where)
    expect(bool(np.array_equal(mine, _packed(weights))), "the blocks beside a block of zeros are wrong", on=where)
