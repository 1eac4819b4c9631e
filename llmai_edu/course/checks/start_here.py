"""Checks for the exercises to lesson 00, `start_here`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type


def _softmax(logits):
    powers = np.exp(np.asarray(logits) - np.max(logits))
    return powers / powers.sum()


@exercise(points=2, minutes=10, difficulty=1)
def top_tokens(answer, rng):
    for size, k in ((5, 3), (40, 4), (200, 7)):
        logits = rng.normal(0, 2, size).round(3).tolist()
        got = answer(logits, k)
        expect_type(got, list)
        expect(len(got) == k, f"it must return {k} pairs, one for each of the best tokens", got=len(got), want=k)
        expect(all(len(pair) == 2 for pair in got), "every entry must be a pair (id, probability)", got=got)
        p = _softmax(logits)
        best = np.argsort(-p)[:k]
        ids, values = [pair[0] for pair in got], [float(pair[1]) for pair in got]
        expect_equal(
            ids,
            best.tolist(),
            "these are not the ids of the most probable tokens",
            suspects={
                "the order is upside down: the most probable token comes first": best[::-1].tolist(),
                "these are the least probable tokens: sort the other way round": np.argsort(p)[:k].tolist(),
            },
        )
        chosen = np.asarray(logits)[best]
        expect_close(
            values,
            p[best],
            "these are not the probabilities of the softmax",
            suspects={
                "you made the softmax of the best few alone; the sum must run over the whole vocabulary": _softmax(
                    chosen
                ),
                "these are the logits themselves; make probabilities of them": chosen,
                "the exponentials must be divided by their sum, so that all probabilities sum to 1": np.exp(chosen),
            },
            rtol=1e-4,
        )


@top_tokens.part(points=1)
def top_tokens_large(answer, rng):
    logits = rng.normal(0, 1, 10)
    shift = float(rng.uniform(900, 1000))
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            got = answer((logits + shift).tolist(), 3)
        except OverflowError:
            got = [(0, float("nan"))]
    values = [float(pair[1]) for pair in got]
    expect(
        bool(np.isfinite(values).all()),
        "large logits overflow: subtract the largest logit from all of them before you take the exponential",
        got=values,
    )
    expect_close(values, np.sort(_softmax(logits))[::-1][:3], "wrong for large logits", rtol=1e-4)


@exercise(points=2, minutes=15, difficulty=2)
def tokens_read(answer, rng):
    for _ in range(4):
        prompt, new = int(rng.integers(20, 60)), int(rng.integers(5, 30))
        expect_equal(
            answer(prompt, new, cached=False),
            sum(prompt + i for i in range(new)),
            "this is not what the model reads without a cache",
            suspects={
                "the text grows: the second reading has one token more than the first": prompt * new,
                "the first reading has the prompt alone, no new token yet": sum(prompt + i + 1 for i in range(new)),
                "this is the length of the last reading; add up all of them": prompt + new - 1,
                "this is what is read with a cache; here cached is False": prompt + new,
                "there are only as many readings as new tokens": sum(prompt + i for i in range(new + 1)),
            },
        )


@tokens_read.part(points=1)
def tokens_read_cached(answer, rng):
    for _ in range(4):
        prompt, new = int(rng.integers(20, 60)), int(rng.integers(5, 30))
        expect_equal(
            answer(prompt, new, cached=True),
            prompt + new - 1,
            "this is not what the model reads with a cache",
            suspects={
                "the last chosen token is never read, because no choice comes after it": prompt + new,
                "the prompt must be read, too, once": new,
                "with a cache nothing is read twice": sum(prompt + i for i in range(new)),
            },
        )


def _scripted(script, vocabulary, prompt):
    """A stand-in for a model that knows its answer by heart: it looks at the whole text to find its place."""

    def next_logits(ids):
        ids = list(ids)
        expect(
            ids[: len(prompt)] == prompt,
            "the model must see the whole text at every step, the prompt and all new tokens",
            got=ids,
            want=[*prompt, "..."],
            on="",
        )
        place = len(ids) - len(prompt)
        logits = [0.0] * vocabulary
        logits[script[place % len(script)]] = 5.0
        return logits

    return next_logits


@exercise(points=2, minutes=15, difficulty=2)
def greedy_answer(answer, rng):
    for _ in range(3):
        prompt = rng.integers(0, 20, 5).tolist()
        script = rng.integers(0, 20, 6).tolist()
        got = answer(_scripted([*script, 20], 21, prompt), prompt, 20, 50)
        expect_type(got, list)
        expect_equal(
            [int(i) for i in got],
            script,
            "this is not the greedy answer",
            suspects={
                "the stop token ends the answer, and is not a part of it": [*script, 20],
                "the prompt is not a part of the answer": prompt + script,
                "neither the prompt nor the stop token is a part of the answer": [*prompt, *script, 20],
            },
            on=f"a model that answers {script} and then stops",
        )


@greedy_answer.part(points=2)
def greedy_answer_ends(answer, rng):
    prompt, limit = rng.integers(0, 20, 4).tolist(), int(rng.integers(6, 12))
    script = rng.integers(0, 20, 3).tolist()
    asked = []
    endless = _scripted(script, 21, prompt)

    def next_logits(ids):
        asked.append(len(ids))
        expect(
            len(asked) <= limit + 5, "it goes on after `limit` tokens: a model that never stops must be stopped", on=""
        )
        return endless(ids)

    got = [int(i) for i in answer(next_logits, prompt, 20, limit)]
    want = [script[i % 3] for i in range(limit)]
    on = f"a model that never stops, with limit={limit}"
    suspects = {
        "one token too many: the answer has at most `limit` tokens": [script[i % 3] for i in range(limit + 1)],
        "the limit counts new tokens, not those of the prompt": want[: limit - len(prompt)],
    }
    expect_equal(got, want, "wrong for a model that never stops", suspects=suspects, on=on)
