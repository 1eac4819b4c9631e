"""Checks for the exercises to lesson 21, `preference`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, expect_type


def _sum(rng):
    """Two numbers of two digits whose total has two digits, too, and is no number of the sum's own text."""
    a, b = (int(x) for x in rng.integers(11, 49, 2))
    return a, b, a + b


def _right_and_wrong(answer, rng, times):
    for _ in range(times):
        a, b, total = _sum(rng)
        units = (a % 10) + (b % 10)
        for text in (f"<{total}>", f"{a % 10}+{b % 10}={units}, so <{total}>", f"I think\n<{total}>"):
            got = answer(text, total)
            expect_type(got, (float, int, np.floating, np.integer))
            expect(got == 1, "this answer ends with the right number in brackets and is worth 1", got=got, want=1.0)
        wrong = {
            "a wrong number was rewarded": f"<{total + 1}>",
            "the number is right, but it stands in no brackets: the form belongs to the rule": f"so {total}",
            "the bracket is open: the form belongs to the rule": f"so <{total}",
            "a wrong answer that begins with the right digits was rewarded: compare the whole number": f"<{total}7>",
            "the brackets are empty, and nothing is right about them": "so <>",
            "there is nothing at all: an empty answer is worth 0": "",
        }
        for message, text in wrong.items():
            got = answer(text, total)
            expect(got == 0, message, got=got, want=0.0)


@exercise(points=3, minutes=20, difficulty=1)
def strict_rule(answer, rng):
    _right_and_wrong(answer, rng, 4)


@strict_rule.part(points=2)
def strict_rule_cheats(answer, rng):
    _right_and_wrong(answer, rng, 1)  # who refuses everything cannot be cheated
    for _ in range(4):
        a, b, total = _sum(rng)
        arabic = "".join(chr(0x660 + int(digit)) for digit in str(total))
        cheats = {
            "two answers were given, and the first is wrong: whoever may try twice guesses": f"<{total - 1}><{total}>",
            "two answers were given, and the last is wrong: whoever may try twice guesses": f"<{total}><{total - 10}>",
            "the answer goes on behind the bracket: it must end there": f"<{total}> and more and more",
            "the sum itself was handed in, and your rule did the work: compare texts, compute nothing": f"<{a}+{b}>",
            "a zero stands before the number: one number, one way to write it": f"<0{total}>",
            "these are digits of another script: `int` and `\\d` read them, the rule wants 0 to 9": f"<{arabic}>",
            "there are spaces within the brackets: one number, one way to write it": f"< {total} >",
            "a plus stands before the number: one number, one way to write it": f"<+{total}>",
            "a line break stands behind the bracket: `$` matches before it, `fullmatch` does not": f"<{total}>\n",
            "the brackets are doubled: they hold more than the number": f"<<{total}>>",
            "a `>` stands in the text before: each of the two signs may occur once only": f"{b} > 5, so <{total}>",
            "a `<` stands in the text before: each of the two signs may occur once only": f"3 < {a}, so <{total}>",
        }
        for message, text in cheats.items():
            got = answer(text, total)
            expect_type(got, (float, int, np.floating, np.integer))
            expect(got == 0, message, got=got, want=0.0)


def _softplus(x):
    return np.logaddexp(0.0, x)


def _as_index(better, counted_better, worse, counted_worse):
    """The means of better and worse by those who index with a mask of whole numbers: row by row, or all at once."""
    both = (better, counted_better), (worse, counted_worse)
    by_row = [np.array([row[mask].mean() for row, mask in zip(tokens, counted)]) for tokens, counted in both]
    return (
        by_row,
        [tokens[counted].mean() for tokens, counted in both],
        [tokens[counted].mean(axis=1) for tokens, counted in both],
        [tokens[counted].mean(axis=-1) for tokens, counted in both],
    )


def _pairs(rng):
    """Token log-probabilities and masks of five pairs with answers of unequal length behind unequal prompts."""
    found = []
    for _ in range(2):
        tokens = -rng.exponential(1.0, (5, 9))
        begin, length = rng.integers(1, 4, 5), rng.integers(1, 5, 5)
        place = np.arange(9)
        found += [tokens, ((place >= begin[:, None]) & (place < (begin + length)[:, None])).astype(int)]
    return found


@exercise(points=3, minutes=25, difficulty=2)
def simpo_loss(answer, rng):
    for _ in range(4):
        better, counted_better, worse, counted_worse = _pairs(rng)
        beta, gamma = float(rng.uniform(1.5, 3)), float(rng.uniform(0.5, 1.5))
        sums = (better * counted_better).sum(1), (worse * counted_worse).sum(1)
        means = sums[0] / counted_better.sum(1), sums[1] / counted_worse.sum(1)
        margin = beta * (means[0] - means[1])
        each = _softplus(-(margin - gamma))
        got = answer(better, counted_better, worse, counted_worse, beta, gamma)
        expect(np.ndim(got) == 0, "return one number, the mean over the pairs", got=got)
        everything = beta * (better.mean(1) - worse.mean(1))
        wide = beta * (sums[0] - sums[1]) / better.shape[1]
        exp_mean = 1 / (1 + np.exp(-(margin - gamma)))
        pooled = sums[0].sum() / counted_better.sum() - sums[1].sum() / counted_worse.sum()
        by_index, *indexed = (
            float(_softplus(-(beta * (one[0] - one[1]) - gamma)).mean())
            for one in _as_index(better, counted_better, worse, counted_worse)
        )
        expect_close(
            got,
            float(each.mean()),
            "this is not the loss of the formula",
            rtol=1e-6,
            suspects={
                "the log-probabilities were added up; SimPO takes the mean over the answer's tokens": float(
                    _softplus(-(beta * (sums[0] - sums[1]) - gamma)).mean()
                ),
                "the prompt and the padding were counted: only tokens where `counted` is 1 belong to the answer": float(
                    _softplus(-(everything - gamma)).mean()
                ),
                "you divided by the width of the row, not by the number of tokens of the answer": float(
                    _softplus(-(wide - gamma)).mean()
                ),
                "one mean was taken over all answers of the batch: each answer has a mean of its own (`axis=1`)": float(
                    _softplus(-(beta * pooled - gamma))
                ),
                "a mask of 0 and 1 was used as an index and picks the places 0 and 1: compare it, `== 1`": by_index,
                "gamma is subtracted from the margin: better must lead by gamma": float(
                    _softplus(-(margin + gamma)).mean()
                ),
                "gamma is missing: better must lead by gamma": float(_softplus(-margin).mean()),
                "gamma was multiplied by beta, too: it stands outside": float(
                    _softplus(-(margin - beta * gamma)).mean()
                ),
                "better and worse are exchanged": float(_softplus(-(-margin - gamma)).mean()),
                "the sign is wrong: the loss is minus the logarithm": -float(each.mean()),
                "that is the mean probability, without minus its logarithm": float(exp_mean.mean()),
                "the mean stands inside the logarithm: take the loss of each pair first": float(
                    -np.log(exp_mean.mean())
                ),
                "the mean of the margins was taken first: take the loss of each pair first": float(
                    _softplus(-(margin - gamma).mean())
                ),
                "that is the sum over the pairs, not the mean": float(each.sum()),
                "beta is missing": float(_softplus(-(margin / beta - gamma)).mean()),
            }
            | dict(
                zip(
                    (
                        "a mask of 0 and 1 was used as an index and picks the rows 0 and 1: compare it, `== 1`",
                        "a mask of 0 and 1 was used as an index and picks whole rows of the batch: compare it, `== 1`",
                        "a mask of 0 and 1 was used as an index and picks two of the rows, again and again: compare it",
                    ),
                    indexed,
                )
            ),
        )


@simpo_loss.part(points=1)
def simpo_loss_far_apart(answer, rng):
    better, counted_better, worse, counted_worse = _pairs(rng)
    for sign in (1, -1):
        far_better, far_worse = (better - 2000, worse) if sign > 0 else (better, worse - 2000)
        means = [
            (tokens * counted).sum(1) / counted.sum(1)
            for tokens, counted in ((far_better, counted_better), (far_worse, counted_worse))
        ]
        want = _softplus(-(2.0 * (means[0] - means[1]) - 1.0)).mean()
        with np.errstate(all="ignore"):
            got = answer(far_better, counted_better, far_worse, counted_worse, 2.0, 1.0)
        expect(
            bool(np.isfinite(got)),
            "the answers are far apart and the loss is not finite: `np.exp` overflows, `np.logaddexp` does not",
            got=got,
            want=float(want),
            on="",
        )
        if sign > 0 and 5 < got < want / 2:  # is it a constant? then the distance was cut off
            with np.errstate(all="ignore"):
                further = answer(far_better - 2000, counted_better, far_worse, counted_worse, 2.0, 1.0)
            expect(
                abs(further - got) > 1e-6,
                "the loss was cut off: where better lies thousands of nats behind, the loss is thousands; "
                "`np.logaddexp` needs neither a clip nor a small number in the logarithm",
                got=got,
                want=float(want),
                on="",
            )
        expect_close(got, float(want), "the loss of answers that are far apart is wrong", rtol=1e-6, on="")


def _spread(rewards, ddof=1):
    return rewards.std(axis=1, ddof=ddof, keepdims=True)


@exercise(points=3, minutes=25, difficulty=3)
def token_weights(answer, rng):
    for longest in (None, 20, None, 30):
        rewards = rng.integers(0, 2, (3, 6)).astype(float)
        rewards[:, 0], rewards[:, 1] = 0.0, 1.0  # no group of equal rewards here
        rewards[0, 2] = 0.5
        lengths = rng.integers(2, 15, (3, 6))
        centred = rewards - rewards.mean(axis=1, keepdims=True)
        grpo = centred / _spread(rewards) / lengths / rewards.size
        plain = centred / (longest or 1) / rewards.size
        want = grpo if longest is None else plain
        got = answer(rewards, lengths, longest)
        expect_shape(got, rewards.shape)
        everybody = (rewards - rewards.mean()) / (rewards.std(ddof=1) if longest is None else 1)
        down = rewards - rewards.mean(axis=0)
        with np.errstate(all="ignore"):
            across = [
                part / lengths / rewards.size
                for part in (
                    down / rewards.std(axis=0, ddof=1),
                    down / _spread(rewards),
                    centred / rewards.std(axis=0, ddof=1),
                )
            ]
        suspects = {
            "the mean over the answers is missing: divide by P · G": want * rewards.size,
            "you divided by the answers of a group; the mean is over all P · G": want * len(rewards),
            "the advantage compares an answer with its own group, not with all answers": everybody
            / (lengths if longest is None else longest)
            / rewards.size,
            "the rewards were not centred: subtract the mean of the group": rewards
            / (_spread(rewards) * lengths if longest is None else longest)
            / rewards.size,
        }
        if longest is None:
            suspects |= {
                "the standard deviation divides by G - 1 (`ddof=1`), as torch does": centred
                / _spread(rewards, 0)
                / lengths
                / rewards.size,
                "that is the weight of the answer; each of its tokens gets 1 / length of it": grpo * lengths,
                "without `longest`, the advantage is divided by the standard deviation": centred
                / lengths
                / rewards.size,
                "the mean is over the tokens of each answer first, then over answers; you divided by all tokens": grpo
                * lengths
                * rewards.size
                / lengths.sum(),
                "a group is a row: mean and standard deviation go along `axis=1`": across[0],
                "a group is a row: its mean and its standard deviation go along `axis=1`": np.nan_to_num(across[0]),
                "a group is a row: the mean goes along `axis=1`, as the standard deviation does": across[1],
                "a group is a row: the standard deviation goes along `axis=1`, as the mean does": across[2],
            }
        else:
            suspects |= {
                "with `longest`, nothing is divided by the standard deviation": plain / _spread(rewards),
                "with `longest`, the length of the answer itself plays no part": centred / lengths / rewards.size,
                "you gave the weights of GRPO; with `longest` they are those of Dr. GRPO": grpo,
                "with `longest`, divide by `longest`; you took the greatest of these lengths": centred
                / lengths.max()
                / rewards.size,
                "a group is a row: with `longest`, too, its mean goes along `axis=1`": down / longest / rewards.size,
                "with `longest`, both are divided by: only the constant is wanted": plain / lengths,
            }
        expect_close(got, want, "these are not the weights of the formula", rtol=1e-4, atol=1e-9, suspects=suspects)


@token_weights.part(points=1)
def token_weights_of_equal_rewards(answer, rng):
    for longest in (None, 20):
        rewards = np.repeat(rng.integers(0, 2, (3, 1)), 4, axis=1).astype(float)
        rewards[1, 0] = 1 - rewards[1, 1]  # one group in which there is something to learn
        lengths = rng.integers(2, 15, (3, 4))
        with np.errstate(all="ignore"):
            got = np.asarray(answer(rewards, lengths, longest), dtype=float)
        expect(
            bool(np.isfinite(got[[0, 2]]).all() or not np.isfinite(got[1]).all()),
            "a group of equal rewards has a standard deviation of 0: its weights are 0, not nan",
            got=got,
        )
        expect(bool(np.isfinite(got).all()), "every weight must be a finite number", got=got)
        expect(
            bool((np.abs(got[[0, 2]]) < 1e-9).all()),
            "a group of equal rewards teaches nothing: all its weights are 0",
            got=got,
        )
        expect(
            bool((np.abs(got[1]) > 1e-6).all()),
            "one group has unequal rewards, and its weights are not 0",
            got=got,
        )
    for longest in (None, 20):
        rewards = np.array([[0.1, 0.1, 0.1], [0.1, 0.1, 0.7]])[rng.permutation(2)]
        equal = rewards[:, 0] == rewards[:, 1]
        equal &= rewards[:, 1] == rewards[:, 2]
        with np.errstate(all="ignore"):
            got = np.asarray(answer(rewards, rng.integers(2, 15, (2, 3)), longest), dtype=float)
        expect(
            bool((np.abs(got[equal]) < 1e-9).all()),
            "three rewards of 0.1 are equal, yet rounding gives them a standard deviation of about 1e-17, not 0: "
            "compare the rewards, or add a small eps",
            got=got,
        )
        expect(bool((np.abs(got[~equal]) > 1e-6).all()), "0.1, 0.1 and 0.7 are unequal, and their weights are not 0")
