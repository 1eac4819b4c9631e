"""Checks for the exercises to lesson 12, `gpt`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape


def _layers(rng, channels):
    """A norm, and two layers that are told apart: one mixes the tokens, one bends each alone."""
    mix, up = rng.normal(size=(4, 4)), rng.normal(size=(channels, channels))

    def norm(x):
        x = x - x.mean(-1, keepdims=True)
        return 2 * x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) + 0.3

    return norm, lambda x: mix @ x, lambda x: np.tanh(x @ up)


@exercise(points=3, minutes=15, difficulty=2)
def parallel_block(answer, rng):
    for channels in (5, 8):
        x = rng.normal(1, 3, (4, channels))
        norm, attend, think = _layers(rng, channels)
        read, calls = norm(x), []

        def counted(values, norm=norm, calls=calls):
            calls.append(1)
            return norm(values)

        after = x + attend(read)
        got = answer(x.copy(), counted, attend, think)
        expect_shape(got, x.shape)
        expect_close(
            got,
            x + attend(read) + think(read),
            "this is not the stream after a parallel block",
            suspects={
                "the layers take turns here: in a parallel block both read the same copy, made before anything was "
                "added": after + think(norm(after)),
                "the feed-forward layer must read what attention read, not the stream after it": after + think(after),
                "what is normalized is a copy for the layers to read; add to the stream itself": read
                + attend(read)
                + think(read),
                "the stream is gone: add what the layers make to x": attend(read) + think(read),
                "the feed-forward layer replaces the stream: add to it": think(norm(after)),
                "this is the broken block: none of its three mistakes is mended yet": think(read + attend(read)),
                "the feed-forward layer reads the normalized copy, too": after + think(x),
                "attention reads the normalized copy, too": x + attend(x) + think(read),
                "nothing was normalized: both layers read norm(x)": x + attend(x) + think(x),
                "the new stream is not normalized again": norm(x + attend(read) + think(read)),
                "the stream was added twice": 2 * x + attend(read) + think(read),
                "the feed-forward layer reads what attention read, not what it made": after + think(attend(read)),
                "think must read norm(x) alone, not with what attention made added": after + think(read + attend(read)),
            },
            on="four tokens; `attend` mixes them, `think` bends each alone",
        )
        expect(len(calls) == 1, "the stream is right, but there is one normalization: call norm once", got=len(calls))


@parallel_block.part(points=1)
def parallel_block_passes_on(answer, rng):
    x = rng.normal(size=(4, 6))
    norm, _, _ = _layers(rng, 6)
    got = answer(x, norm, np.zeros_like, np.zeros_like)
    expect_close(
        got,
        x,
        "layers that add nothing must leave the stream as it was",
        suspects={"the stream came out normalized: normalize a copy": norm(x)},
        on="layers that make zeros",
    )


def _sizes(rng):
    """Sizes of which no two are equal or in the proportions of GPT-2."""
    layers, channels = int(rng.integers(3, 9)), int(rng.integers(20, 40))
    return (layers, channels, int(rng.integers(45, 70)), int(rng.integers(300, 900)), int(rng.integers(100, 200)))


def _pair(got):
    """The two numbers of an answer, refused when there are not two."""
    expect(isinstance(got, tuple | list | np.ndarray) and len(got) == 2, "return two integers", got=got)
    whole = all(isinstance(number, int | np.integer) for number in got)
    expect(whole, "return two integers: a count has no decimal point (`//` divides without one)", got=got)
    return int(got[0]), int(got[1])


@exercise(points=3, minutes=20, difficulty=2)
def cost(answer, rng):
    for tied in (True, False, True):
        layers, c, f, vocab, places = sizes = _sizes(rng)
        attention, feed = layers * 4 * c * c, layers * 2 * c * f
        norms, head = (2 * layers + 1) * 2 * c, 0 if tied else vocab * c
        want = attention + feed + norms + (vocab + places) * c + head
        suspects = {
            "the feed-forward layer has F numbers inside, not 4C": want - feed + layers * 8 * c * c,
            "no matrix has a bias in this model": want + layers * (5 * c + f),
            "each normalization has a weight and a bias, of C numbers each": want - norms // 2,
            "the last normalization is missing": want - 2 * c,
            "a block has two normalizations": want - layers * 2 * c,
            "the places have a table, too": want - places * c,
            "attention has four matrices: for queries, keys, values, and the one that writes to the stream": want
            - layers * c * c,
            "the feed-forward layer has two matrices, up and down": want - layers * c * f,
            "the normalizations keep their weights and biases": want - norms,
        }
        if tied:
            suspects["a tied head is the table of tokens: count it once"] = want + vocab * c
        else:
            suspects["an untied head has a matrix of its own"] = want - vocab * c
        expect_close(
            _pair(answer(*sizes, tied))[0],
            want,
            "this is not the number of parameters",
            suspects=suspects,
            on=f"cost{(*sizes, tied)}",
            rtol=0,
            atol=0.5,
        )


@cost.part(points=2)
def cost_of_training(answer, rng):
    for tied in (True, False):
        layers, c, f, vocab, places = sizes = _sizes(rng)
        matrices, head = layers * (4 * c * c + 2 * c * f), vocab * c
        norms = (2 * layers + 1) * 2 * c
        parameters = matrices + norms + (vocab + places) * c + (0 if tied else head)
        want = 6 * (matrices + head)
        suspects = {
            "the feed-forward layer has F numbers inside, not 4C": 6 * (layers * 12 * c * c + head),
            "this is the way there alone; training also goes back, which is twice as much": want // 3,
            "this is the way back alone": want // 3 * 2,
            "N counts what multiplies: a look-up in a table multiplies nothing": 6 * parameters,
            "the head multiplies by its matrix": 6 * matrices,
            "the places are looked up: they multiply nothing": 6 * (matrices + head + places * c),
            "an addition counts, too: two operations for each number of a matrix": 3 * (matrices + head),
        }
        if not tied:
            suspects["the table of tokens is only looked up when the head has its own matrix"] = 6 * (
                matrices + 2 * head
            )
        expect_close(
            _pair(answer(*sizes, tied))[1],
            want,
            "these are not the operations for a token",
            suspects=suspects,
            on=f"cost{(*sizes, tied)}",
            rtol=0,
            atol=0.5,
        )


def _stream(rng, n, channels):
    """Writers of different size, none with mean 0, and what reads them."""
    writes = rng.normal(size=(n, channels)) * rng.uniform(0.5, 3, (n, 1)) + rng.normal(0, 2, (n, 1))
    g, b, u = rng.uniform(0.5, 2, channels), rng.normal(size=channels), rng.normal(size=channels)
    return writes, g, b, u


def _parts(writes, g, b, u, sigma=None, centre=True):
    sigma = writes.sum(0).std() if sigma is None else sigma
    centred = writes - writes.mean(1, keepdims=True) if centre else writes
    return np.append((centred / sigma) @ (g * u), b @ u)


@exercise(points=4, minutes=30, difficulty=3)
def parts_of_logit(answer, rng):
    for n, channels in ((3, 7), (5, 4)):
        writes, g, b, u = _stream(rng, n, channels)
        total, right = writes.sum(0), _parts(writes, g, b, u)
        got = answer(writes.copy(), g, b, u)
        expect(
            np.shape(got) != (n,),
            f"{n} numbers for {n} writers: the bias's part is missing",
            got=got,
        )
        expect_shape(got, (n + 1,))
        own = writes.std(1, keepdims=True)
        shared = (writes - total.mean() / n) / total.std()
        expect_close(
            got,
            right,
            "these are not the parts of the logit",
            suspects={
                "each writer was divided by its own spread; σ is that of the sum": _parts(writes, g, b, u, sigma=own),
                "the mean over the channels was not taken away": _parts(writes, g, b, u, centre=False),
                "the whole mean was taken from every writer: then it is taken away n times": np.append(
                    (writes - total.mean()) @ (g * u) / total.std(), b @ u
                ),
                "each writer has its own mean over the channels, not an equal share": np.append(
                    shared @ (g * u), b @ u
                ),
                "the weight g is missing": _parts(writes, np.ones(channels), b, u),
                "σ is missing: nothing was divided": _parts(writes, g, b, u, sigma=1.0),
                "divided by the variance; σ is its square root": _parts(writes, g, b, u, sigma=total.var()),
                "σ divides by C under the root, not by C - 1": _parts(writes, g, b, u, sigma=total.std(ddof=1)),
                "the bias's part is b times u, summed": np.append(right[:-1], b.sum()),
                "the bias's part comes last": np.roll(right, 1),
                "the mean was taken over the writers; it is over the channels of each": np.append(
                    (writes - writes.mean(0)) @ (g * u) / total.std(), b @ u
                ),
                "σ is the spread of the sum, not of all numbers together": _parts(writes, g, b, u, sigma=writes.std()),
            },
            on=f"{n} writers, {channels} channels",
            rtol=1e-4,  # an eps of 1e-5 under the root, as the model has it, is no mistake
        )


@parts_of_logit.part(points=1)
def parts_sum_to_the_logit(answer, rng):
    writes, g, b, u = _stream(rng, 6, 9)
    s = writes.sum(0)
    logit = float(u @ (g * (s - s.mean()) / s.std() + b))
    got = np.asarray(answer(writes, g, b, u), dtype=float)
    expect_close(
        got.sum(), logit, "the parts do not sum to the logit", on="six writers, nine channels", rtol=1e-4, atol=1e-4
    )
