"""Checks for the exercises to lesson 26, `translation`."""

import re

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type

FIRST = "the first check has something to say; put that right before the edges"


def _lagging(reads, n_source, length, *, last=None, shift=0, over=None):
    """The mean of what was heard less what was due, up to the first word after all was heard."""
    if last is None:
        last = next((t for t, read in enumerate(reads) if read >= n_source), len(reads) - 1)
    late = [read - (t + shift) * n_source / length for t, read in enumerate(reads[: last + 1])]
    return float(sum(late) / (over or last + 1))


def _schedule(rng, n_source, n_written):
    """For each written word, how many were heard: it never falls, ends at all, and stays there for two words more."""
    first = np.sort(rng.integers(1, n_source, n_written - 3))
    return [int(read) for read in (*first, n_source, n_source, n_source)]


def _lagging_suspects(reads, n_source, n_reference):
    """What misconceptions give."""
    n, longer = len(reads), max(len(reads), n_reference)
    first = next(t for t, read in enumerate(reads) if read >= n_source)
    return {
        "you divide by the length of the translation alone; the longer of the two lengths counts": _lagging(
            reads, n_source, n
        ),
        "you divide by the length of the reference alone; the longer of the two lengths counts": _lagging(
            reads, n_source, n_reference
        ),
        "you count all words; the mean ends with the first word that was written after all was heard": _lagging(
            reads, n_source, longer, last=n - 1
        ),
        "the first word that was written after all was heard belongs to the mean; you stop before it": _lagging(
            reads, n_source, longer, last=first - 1
        ),
        "the first word is due when nothing was heard yet: count t from 0 in what is due": _lagging(
            reads, n_source, longer, shift=1
        ),
        "divide by the number of words that you added up, not by all that were written": _lagging(
            reads, n_source, longer, over=n
        ),
        "that is the mean of what was heard; take off what was due": float(np.mean(reads[: first + 1])),
    }


@exercise(points=3, minutes=20, difficulty=1)
def fair_lagging(answer, rng):
    for n_source, n_written, n_reference in ((7, 10, 6), (9, 7, 12), (6, 8, 5), (8, 6, 11)):
        reads = _schedule(rng, n_source, n_written)
        want = _lagging(reads, n_source, max(n_written, n_reference))
        suspects = _lagging_suspects(reads, n_source, n_reference)
        expect_close(
            answer(reads, n_source, n_reference), want, "this is not the lagging of these words", suspects=suspects
        )


@fair_lagging.part(points=1)
def fair_lagging_at_the_edges(answer, rng):
    reads = _schedule(rng, 8, 9)
    expect_close(answer(reads, 8, 7), _lagging(reads, 8, 9), FIRST)
    never = [int(read) for read in np.sort(rng.integers(1, 6, 5))]
    expect_close(
        answer(never, 9, 4),
        _lagging(never, 9, 5),
        "this translation ended before all was heard: then all of its words count",
    )
    size = int(rng.integers(3, 9))
    expect_close(
        answer([], size, 4), size, "where nothing was written, the lagging is the whole source: no division by zero"
    )


def _put_back(text, values):
    """In one pass, with whole numbers."""
    seen = set()

    def value(found):
        number = int(found[1])
        seen.add(number)
        return values[number] if number < len(values) else ""

    done = re.sub(r"<p(\d+)>", value, text)
    return done, [one for number, one in enumerate(values) if number not in seen]


def _one_after_the_other(text, values, order):
    """Replace slot by slot: a value that looks like a slot is read again."""
    for number in order:
        text = text.replace(f"<p{number}>", values[number])
    return re.sub(r"<p\d+>", "", text)


def _names(rng, n):
    """Different placeholders."""
    letters = rng.permutation(list("abcdefghijklmnopqrstuvwxyz"))[:n]
    return [f"{{{letter}{int(rng.integers(10, 100))}}}" for letter in letters]


def _put_back_suspects(text, values):
    """What misconceptions give."""
    done, lost = _put_back(text, values)
    kept = re.sub(r"<p(\d+)>", lambda f: values[int(f[1])] if int(f[1]) < len(values) else f[0], text)
    once = text
    for number, value in enumerate(values):
        once = once.replace(f"<p{number}>", value, 1)
    one_digit = re.sub(r"<p(\d)>", lambda f: values[int(f[1])] if int(f[1]) < len(values) else "", text)
    in_turn = iter(values)
    turn = re.sub(r"<p\d+>", lambda f: next(in_turn, ""), text)
    seen = [value for value in values if value in done]
    return {
        "a slot without a value, which the model invented, is left out; you leave it in the text": (kept, lost),
        "a slot may stand there twice, and both are filled": (re.sub(r"<p\d+>", "", once), lost),
        "a slot's number may have two digits or more": (
            one_digit,
            [v for i, v in enumerate(values) if v in lost or i > 9],
        ),
        "the slots may stand in another order: the number says which value it is, not the place": (turn, lost),
        "the second part of the answer holds the values that were *not* written": (done, seen),
        "lost values come in the order of their numbers": (done, lost[::-1]),
        "the second part of the answer holds the values, not the numbers of the slots": (
            done,
            [number for number, value in enumerate(values) if value in lost],
        ),
    }


def _both(got):
    expect_type(got, tuple)
    expect(
        len(got) == 2 and isinstance(got[0], str) and isinstance(got[1], list),
        "return a pair: the text, and the list of the lost values",
        got=got,
    )
    return got


@exercise(points=3, minutes=20, difficulty=2)
def put_back(answer, rng):
    for n in (5, 14, 12):
        values = _names(rng, n)
        order = [int(i) for i in rng.permutation(n)]
        lost, used = sorted(order[:2]), order[2:]
        if n > 10:  # a number of two digits is among those that are written
            lost, used = sorted(order[:2] if 11 not in order[:2] else [0, 1]), []
            used = [i for i in order if i not in lost]
        words = [f"{word}<p{i}>" for word, i in zip(rng.permutation(list("ABCDEFGHIJKLMNOP")), used)]
        text = " ".join([*words, f"<p{used[0]}>", f"x<p{n + int(rng.integers(0, 5))}>y"])
        want = _put_back(text, values)
        expect_equal(
            _both(answer(text, values)),
            want,
            "the text or the list of lost values is not right",
            suspects=_put_back_suspects(text, values),
        )


@put_back.part(points=2)
def put_back_strange_values(answer, rng):
    plain = _names(rng, 3)
    expect_equal(_both(answer("<p2> <p0>", plain)), _put_back("<p2> <p0>", plain), FIRST)
    values = ["<p1>", "<p2>", "<p0>", *_names(rng, 2)]
    text = "a <p0> b <p1> c <p2>"
    again = "a value may look like a slot, and is not to be filled again: replace all slots in one pass"
    suspects = {
        again: (_one_after_the_other(text, values, range(5)), values[3:]),
        again + " (from the last to the first does not help)": (
            _one_after_the_other(text, values, range(4, -1, -1)),
            values[3:],
        ),
    }
    said = "the text or the list of lost values is not right, where values look like slots"
    expect_equal(_both(answer(text, values)), _put_back(text, values), said, suspects=suspects)
    values = [r"dir\new\1", r"\g<0>", *_names(rng, 1)]
    expect_equal(
        _both(answer("<p1>: <p0>", values)),
        _put_back("<p1>: <p0>", values),
        r"a backslash in a value is a backslash: `re.sub` reads \1 in a text as a group, a function it leaves alone",
    )
    twice = _names(rng, 1) * 2
    expect_equal(
        _both(answer("<p0>", twice)),
        _put_back("<p0>", twice),
        "two slots may have equal values: go by the numbers to see which of them was written",
    )
    lost = [*_names(rng, 1) * 2, *_names(rng, 1)]
    expect_equal(
        _both(answer("<p2>", lost)),
        _put_back("<p2>", lost),
        "of two lost values that are equal, both are lost, each for its slot",
    )
    blanks = "  <p0>  and <p7> <p123>x "
    done, missing = _put_back(blanks, plain)
    suspects = {
        "a slot's number may have two digits or more": (done.replace("x", "<p123>x"), missing),
        "the blanks of the text stay as they are, those at its ends too": (done.strip(), missing),
        "the blanks of the text stay as they are: you made one of several": (re.sub(" +", " ", done), missing),
        "an invented slot is left out, and the blank before it stays": (done.replace("and  x", "andx"), missing),
    }
    expect_equal(
        _both(answer(blanks, plain)),
        (done, missing),
        "the text is not right where it has several blanks and invented slots",
        suspects=suspects,
    )


def _covered(log_prob, weights, alpha, beta, *, axis=0, base=5.0, cap=True, mean=False, sign=1.0, log=True):
    """Wu et al. 2016, equation 14."""
    seen = weights.sum(axis)
    seen = np.minimum(seen, 1.0) if cap else seen
    logs = np.log(seen) if log else seen
    coverage = beta * (logs.mean() if mean else logs.sum())
    penalty = ((base + len(weights)) / (base + 1)) ** alpha
    return float(log_prob / penalty + sign * coverage)


def _looks(rng, n_written, n_source):
    """Weights whose rows sum to 1; some places are seen more than once in all, some hardly."""
    favour = np.exp(1.5 * rng.standard_normal(n_source))
    return np.stack([rng.dirichlet(favour) + 1e-4 for _ in range(n_written)]) / (1 + 1e-4 * n_source)


@exercise(points=4, minutes=30, difficulty=3)
def covered_score(answer, rng):
    for n_written, n_source in ((6, 4), (3, 7), (5, 5), (9, 6)):
        weights, log_prob = _looks(rng, n_written, n_source), -float(rng.uniform(3, 20))
        alpha, beta = float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.1, 0.5))
        given = (log_prob, weights, alpha, beta)
        suspects = {
            "your coverage is 0: it is missing, or you sum over the places, which gives 1 for each step; sum over the "
            "steps, for each place": _covered(*given[:3], 0.0),
            "nobody is paid for looking twice: a place's sum counts as 1 at most": _covered(*given, cap=False),
            "that is the plain length to the power of alpha; the paper's is ((5 + T) / 6) ** alpha": _covered(
                *given, base=0.0
            ),
            "the coverage is a sum over the places, not a mean": _covered(*given, mean=True),
            "the coverage is at most 0 and is added": _covered(*given, sign=-1.0),
            "take the logarithm of each place's sum": _covered(*given, log=False),
            "only log p is divided by the length": float(
                (log_prob + beta * np.log(np.minimum(weights.sum(0), 1)).sum()) / ((5 + n_written) / 6) ** alpha
            ),
            "the length is that of the translation, the number of rows": float(
                log_prob / ((5 + n_source) / 6) ** alpha + beta * np.log(np.minimum(weights.sum(0), 1)).sum()
            ),
        }
        expect_close(answer(*given), _covered(*given), "this is not the score of the formula", suspects=suspects)


@covered_score.part(points=1)
def covered_score_at_the_edges(answer, rng):
    weights = _looks(rng, 5, 4)
    expect_close(answer(-7.0, weights, 0.7, 0.2), _covered(-7.0, weights, 0.7, 0.2), FIRST)
    expect_close(answer(-7.0, weights, 0.0, 0.0), -7.0, "with alpha = beta = 0 only log p is left")
    weights[:, 1] = 0.0
    with np.errstate(all="ignore"):
        free = float(answer(-7.0, weights, 0.7, 0.0))
        got = float(answer(-7.0, weights, 0.7, 0.2))  # the last call is the one that a message shows
    expect(got == -np.inf, "a place that was never looked at gives log 0: the score is minus infinity", got=got)
    expect_close(
        free,
        _covered(-7.0, _looks(rng, 5, 4), 0.7, 0.0),
        "with beta = 0 the coverage plays no part, even where a place was never seen: 0 times infinity is nan",
    )
