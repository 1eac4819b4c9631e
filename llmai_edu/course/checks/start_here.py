"""Checks for the exercises to lesson 00, `start_here`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type, same


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
        expect(not same(ids, p[best], rtol=1e-4), "a pair is (id, probability); yours are the other way round", got=got)
        shares = [logits[i] / sum(logits) for i in ids if i in range(size)]
        said = "you divided the logits by their sum; take the exponential of each first"
        expect(not same(values, shares, rtol=1e-4), said, got=got)
        expect_equal(
            ids,
            best.tolist(),
            "these are not the ids of the most probable tokens",
            suspects={
                "ids are counted from 0: the first logit belongs to the token 0": (best + 1).tolist(),
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
    shift = float(rng.uniform(900, 1000))
    high = rng.normal(shift, 1, 10)
    far = rng.permutation([*rng.normal(0, 1, 9), -shift])
    overflow = "large logits overflow: subtract the largest logit from all of them before you take the exponential"
    underflow = "when all logits are far below 0, every exponential is 0: subtract the largest one, whatever it is"
    for logits, message in [(high, overflow), (high - 2 * shift, underflow), (far, overflow)]:
        with np.errstate(all="ignore"):
            try:
                got = answer(logits.tolist(), 3)
            except (OverflowError, ZeroDivisionError):
                got = [(0, float("nan"))]
        p = _softmax(logits)
        best = np.argsort(-p)[:3]
        values = [float(pair[1]) for pair in got]
        on = f"logits between {logits.min():.0f} and {logits.max():.0f}"
        expect(bool(np.isfinite(values).all()), message, got=values, on=on)
        expect_close(values, p[best], "the probabilities are wrong for large logits", rtol=1e-4, on=on)
        suspects = {"ids are counted from 0: the first logit belongs to the token 0": (best + 1).tolist()}
        ids = [pair[0] for pair in got]
        expect_equal(ids, best.tolist(), "the ids are wrong for large logits", suspects=suspects, on=on)


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
                "this is the length of the last reading alone, or what is read with a cache": prompt + new - 1,
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


def _scripted(script, vocabulary, prompt, rest=0.0):
    """A stand-in for a model that knows its answer by heart: it looks at the whole text to find its place.

    The token of the script has the logit rest + 5, all others have the logit rest.
    """

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
        logits = [rest] * vocabulary
        logits[script[place % len(script)]] = rest + 5.0
        return logits

    return next_logits


@exercise(points=2, minutes=15, difficulty=2)
def greedy_answer(answer, rng):
    stop, limit = 20, 50
    for rest in (0.0, -10.0, 10.0):
        # As in a chat, the prompt holds the stop token, too: it ended what was said before.
        prompt = rng.permutation([*rng.integers(0, stop, 4), stop]).tolist()
        script = rng.integers(0, stop, 6).tolist()
        got = answer(_scripted([*script, stop], stop + 1, prompt, rest), prompt, stop, limit)
        expect_type(got, list)
        got = [i if i is None else int(i) for i in got]
        by_belief = {
            "the stop token ends the answer, and is not a part of it": [[*script, stop]],
            "the prompt is not a part of the answer": [prompt + script],
            "neither the prompt nor the stop token is a part of the answer": [[*prompt, *script, stop]],
            "a stop token in the prompt ends nothing: look at the last choice alone": [[], script[:1], prompt],
            "the stop token did not end the answer": [([*script, stop] * limit)[:limit]],
            "logits may all be negative: begin the search for the largest one with the first logit, not with 0": [
                [never] * limit for never in (0, -1, None)
            ],
        }
        expect_equal(
            got,
            script,
            "this is not the greedy answer",
            suspects={said: value for said, values in by_belief.items() for value in values if value == got},
            on=f"logits of {rest:g}, that of the choice {rest + 5:g}: a model that answers {script} and then stops",
        )


@greedy_answer.part(points=2)
def greedy_answer_ends(answer, rng):
    prompt, most = rng.integers(0, 20, 4).tolist(), int(rng.integers(6, 12))
    script = rng.integers(0, 20, 3).tolist()
    endless = _scripted(script, 21, prompt)
    for limit in (most, 0):
        asked = []

        def next_logits(ids, limit=limit, asked=asked):
            asked.append(len(ids))
            message = "it goes on after `limit` tokens: a model that never stops must be stopped"
            expect(len(asked) <= limit + 5, message, on="")
            return endless(ids)

        got = [int(i) for i in answer(next_logits, prompt, 20, limit)]
        said = [script[i % 3] for i in range(limit + 1)]
        suspects = {
            "one token too many: the answer has at most `limit` tokens": said,
            "one token too few: the answer may have `limit` tokens": said[: limit - 1],
            "the limit counts new tokens, not those of the prompt": said[: limit - len(prompt)],
        }
        if limit == 0:
            suspects = {"with limit = 0 nothing may be chosen: look at the limit before the first choice": said}
        on = f"a model that never stops, with limit={limit}"
        expect_equal(got, said[:limit], "wrong for a model that never stops", suspects=suspects, on=on)
