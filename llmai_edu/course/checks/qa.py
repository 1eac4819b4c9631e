"""Checks for the exercises to lesson 28, `qa`."""

import re

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal

FIRST = "the first check has something to say; put that right before this one"


def _places(found, right, k):
    """For each question the places, from 1, of its right chunks among the first k."""
    return [
        [n for n, chunk in enumerate(row[:k], 1) if chunk in wanted] for row, wanted in zip(found, right, strict=True)
    ]


def _mrr_suspects(found, right, k):
    """The right mean reciprocal rank, and what misconceptions give."""
    places, everywhere = _places(found, right, k), _places(found, right, 10**6)
    firsts = [1 / row[0] if row else 0.0 for row in places]
    seen = [row[0] for row in places if row]
    suspects = {
        "a question without a right chunk counts as 0, and in the mean; you left it out": np.mean(
            [one for one in firsts if one]
        ),
        "places count from 1: the first chunk is worth 1, the second 1/2": np.mean(
            [1 / (row[0] + 1) if row else 0.0 for row in places]
        ),
        "only the first right chunk of a question counts; you added up all of them": np.mean(
            [sum(1 / n for n in row) for row in places]
        ),
        "the first right chunk counts, not the last": np.mean([1 / row[-1] if row else 0.0 for row in places]),
        "look at the first k chunks only": np.mean([1 / row[0] if row else 0.0 for row in everywhere]),
        "place k + 1 is beyond the first k": np.mean(
            [1 / row[0] if row and row[0] <= k + 1 else 0.0 for row in everywhere]
        ),
        "the chunk in place k belongs to the first k": np.mean(
            [1 / row[0] if row and row[0] < k else 0.0 for row in places]
        ),
        "that is 1 over the mean place; take 1 over each place first, then the mean": 1 / np.mean(seen),
        "that is the share of questions with a hit; a right chunk farther down is worth less": np.mean(
            [bool(row) for row in places]
        ),
        "that is the sum over the questions; the mean, please": sum(firsts),
        "that is the mean of the places themselves": np.mean(seen),
    }
    return np.mean(firsts), suspects


def _search(rng, k):
    """Seven questions: right chunks at the first place, in the middle, at place k, beyond k, twice, and nowhere."""
    found = [rng.permutation(20)[: k + 4].tolist() for _ in range(7)]
    spots = [[0], [1, k - 2], [k - 1], [k, k + 2], [k + 2], [2, k], []]
    right = [{int(row[n]) for n in spot} or {99} for row, spot in zip(found, spots)]
    order = rng.permutation(7)
    return [found[i] for i in order], [right[i] for i in order]


@exercise(points=3, minutes=15, difficulty=1)
def mean_reciprocal_rank(answer, rng):
    for k in (6, 8, 5):
        found, right = _search(rng, k)
        want, suspects = _mrr_suspects(found, right, k)
        got = answer(found, right, k)
        expect(np.ndim(got) == 0, "return one number: the mean over the questions", got=got)
        expect_close(got, want, "this is not the mean of 1 / (place of the first right chunk)", suspects=suspects)
    expect_close(
        answer([[1, 2], [3]], [{9}, {9}], 2), 0.0, "where nothing right was found for any question, the mean is 0"
    )


def _overlap(got, truth):
    return max(0, min(got[1], truth[1]) - max(got[0], truth[0]))


def _f1(got, truth):
    both = 2 * _overlap(got, truth)
    return both / (got[1] - got[0] + truth[1] - truth[0])


def _span_suspects(got, truths):
    """The best F1 over the truths, and what misconceptions give."""
    scores = [_f1(got, truth) for truth in truths]
    longest = max(truths, key=lambda truth: _overlap(got, truth))
    size = got[1] - got[0]
    inclusive = [_f1((got[0], got[1] + 1), (one[0], one[1] + 1)) for one in truths]
    unions = [_overlap(got, one) / (max(got[1], one[1]) - min(got[0], one[0])) for one in truths]
    jaccard = [_overlap(got, one) / (size + one[1] - one[0] - _overlap(got, one)) for one in truths]
    suspects = {
        "of several truths the best one counts; you took the mean over them": np.mean(scores),
        "of several truths the best one counts; you took the first": scores[0],
        "of several truths the best one counts; you took the last": scores[-1],
        "take the truth with the largest F1, not the one with the largest overlap": _f1(got, longest),
        "the end is not part of a span: (3, 5) has two characters": max(inclusive),
        "that is the overlap divided by the union (Jaccard); F1 divides twice the overlap by the sum": max(jaccard),
        "that is the overlap divided by the whole stretch; F1 divides twice the overlap by the sum": max(unions),
        "that is the precision alone": max(_overlap(got, one) / size for one in truths),
        "that is the recall alone": max(_overlap(got, one) / (one[1] - one[0]) for one in truths),
        "that is the plain mean of precision and recall; F1 is the harmonic one": max(
            (_overlap(got, one) / size + _overlap(got, one) / (one[1] - one[0])) / 2 for one in truths
        ),
        "all truths together are not one truth": min(1.0, sum(scores)),
    }
    return max(scores), suspects


@exercise(points=3, minutes=20, difficulty=2)
def span_f1(answer, rng):
    for turn in range(5):
        start = int(rng.integers(50, 90))
        got = (start, start + int(rng.integers(20, 30)))
        a, b, c, d = (int(n) for n in rng.integers(1, 9, 4))
        near = (got[0] + 6 + a, got[1] + b)  # most of it
        long = (got[0] - 40 - c, got[1] + 50)  # holds all of it, and much more
        edge, other = (got[0] - 25 - d, got[0] + 4), (got[1] - 3, got[1] + 31)  # a little of it
        truths = [edge, near, long, other] if turn % 2 else [other, long, near, edge]
        want, suspects = _span_suspects(got, truths)
        expect_close(answer(got, truths), want, "this is not the best F1 over the truths", suspects=suspects)
    for truth in ((got[1], got[1] + 9), (got[1] + 30, got[1] + 35), (got[0] - 9, got[0])):
        apart = answer(got, [truth])
        expect(
            apart >= 0, "spans that lie apart share no character: F1 is 0, and yours is below it", got=apart, want=0.0
        )
        expect(
            apart <= 0, "spans that lie apart share no character: F1 is 0, and yours is above it", got=apart, want=0.0
        )
    expect_close(answer(got, [truth, got]), 1.0, "the same span has F1 = 1")


@span_f1.part(points=1)
def span_f1_of_refusals(answer, rng):
    got = (int(rng.integers(5, 9)), 20)
    truths = [(got[0] + 2, 25), (40, 50)]
    expect_close(answer(got, truths), _span_suspects(got, truths)[0], FIRST)
    expect_close(answer(None, []), 1.0, "there is no answer, and None says so: that is right, 1.0")
    expect_close(answer(got, []), 0.0, "there is no answer, so every span is wrong: 0.0")
    expect_close(answer(None, truths), 0.0, "there is an answer, and None refuses to give it: 0.0")


def _pattern(quote, gap=".*?", escape=re.escape, space=r"\s+"):
    parts = [space.join(map(escape, part.split())) for part in quote.split("…") if part.strip()]
    return gap.join(parts)


def _span(pattern, text, flags=re.DOTALL):
    found = re.search(pattern, text, flags) if pattern else None
    return found.span() if found else None


def _in_turn(quote, text, step):
    """Part after part, the next search beginning `step(found)`."""
    at, first, last = 0, None, None
    for part in [part for part in quote.split("…") if part.strip()]:
        found = re.compile(_pattern(part)).search(text, at)
        if not found:
            return None
        first = found.start() if first is None else first
        last, at = found.end(), step(found)
    return None if first is None else (first, last)


def _quote_suspects(quote, text):
    squeezed = " ".join(text.split())
    parts = [part for part in quote.split("…") if part.strip()]
    spans = [_span(_pattern(part), text) for part in parts]
    anywhere = (min(one[0] for one in spans), max(one[1] for one in spans)) if all(spans) else None
    return {
        "those are places in the text with single spaces; the original has more white space": _span(
            _pattern(quote), squeezed
        ),
        "the parts must stand in their order, each behind the one before": anywhere,
        "an omission ends at the first place where the next part stands, not at the last": _span(
            _pattern(quote, ".*"), text
        ),
        "an omission may go over the end of a line": _span(_pattern(quote), text, 0),
        "a sign such as . or ( stands for itself, not for a pattern": _loose(quote, text),
        "capital and small letters are not the same": _span(_pattern(quote), text, re.DOTALL | re.IGNORECASE),
        "a part must begin behind the end of the one before; yours overlap": _in_turn(
            quote, text, lambda found: found.start() + 1
        ),
        "a line may be broken inside a part: any run of white space is as good as a space": _span(
            _pattern(quote, space=" "), text
        ),
        "the span goes from the first part to the last; you return that of the first part": spans[0],
    }


def _loose(quote, text):
    try:
        return _span(_pattern(quote, escape=str), text)
    except re.error:
        return "error"


def _text(rng):
    """A text in which the parts `a b`, `c. d` and `E f` stand often, rightly and nearly so."""
    a, b, c, d, e, f = (
        str(word) for word in rng.permutation(["exit", "enter", "block", "call", "value", "raise", "name", "scope"])[:6]
    )
    fill = [str(word) for word in rng.permutation(["of", "the", "and", "for", "in", "to", "by", "at"])]
    gap = "\n   " if rng.random() < 0.5 else "  \n"
    right = f"{a}{gap}{b} {fill[0]}\n{c}.  {d} {fill[1]} {e.title()} {f}"
    decoy = f"{c}.{gap}{d} {fill[2]} {e.title()}  {f} {fill[3]} {c}x {d}"
    text = f"{fill[4]}  {a} {fill[5]} {b},\n{decoy} {e} {f} {fill[6]} {right} {fill[7]}  {e.title()} {f} {a} {b}."
    return text, (f"{a} {b}", f"{c}. {d}", f"{e.title()} {f}")


def _ask(answer, quote, text):
    want = _span(_pattern(quote), text)
    got = answer(quote, text)
    got = tuple(got) if isinstance(got, list) else got
    suspects = {said: one for said, one in _quote_suspects(quote, text).items() if one != want}
    if isinstance(got, str):
        expect(False, "return the two places (start, end), not the text between them", got=got, want=want)
    if want is None:
        for said, one in suspects.items():
            expect(one is None or got != one, said, got=got, want=want)
        expect(got is None, "this is no quotation from the text: return None", got=got)
        return
    if got is None:
        says = (said for said, one in suspects.items() if one is None)
        expect(False, next(says, "this quotation stands in the text, and you return None"), want=want)
    expect_equal(got, want, "this is not where the quotation stands", suspects=suspects)


@exercise(points=4, minutes=25, difficulty=3)
def find_quote(answer, rng):
    got = _tuple(answer("exit", "the exit"))
    expect(not isinstance(got, str), "return the two places (start, end), not the text between them", got=got)
    expect_equal(got, (4, 8), "this is not where the quotation stands")
    got = _tuple(answer("call … exit", "exit and call and exit"))
    expect(
        got not in (None, (9, 4)),
        "look for each part behind the end of the one before, not from the beginning of the text",
        got=got or ...,  # None is no forgotten return here: the first question was answered
        want=(9, 22),
    )
    for _ in range(3):
        text, (one, two, three) = _text(rng)
        for quote in (one, f"{one} … {two}", f"{one}…{three}", f"{one} … {two} … {three}", two, f"{two} … {one}"):
            _ask(answer, quote, text)
        for quote in (three.lower() + " … " + three.lower(), f"{three} … {two} … {two}", f"{one} … {one} … {one}"):
            _ask(answer, quote, text)
        _ask(answer, two.replace(".", "x."), text)
        dotted = two.split(".")[0][:-1] + ". " + two.split()[1]  # a dot where the text has a letter
        _ask(answer, dotted, text)
    word = "anan"
    _ask(answer, f"{word}a … {word}a", "banananana"[:8] + " ends here")
    _ask(answer, "f(x) … g(y)", "call f(x)\nand then  g(y) at last")
    for quote, text, want, said in (
        ("xit … bloc", "the exit of blocks", (5, 16), "a part may begin or end inside a word"),
        (
            "exit … method",
            "the exitmethod",
            (4, 14),
            "a part may begin where the one before ends: nothing need be left out",
        ),
        ("exit method", "the exitmethod", None, "where the quotation has white space, the text must have some, too"),
        ("exit ... called", "exit is called", None, 'only the sign "…" omits; three dots are three dots'),
        ("exit ... called", "exit ... called", (0, 15), 'only the sign "…" omits; three dots are three dots'),
    ):
        got = _tuple(answer(quote, text))
        expect(got == want, said, got=got or ..., want=want)


@find_quote.part(points=1)
def find_quote_at_the_edges(answer, rng):
    text, (one, two, _) = _text(rng)
    want = _span(_pattern(f"{one} … {two}"), text)
    expect_equal(_tuple(answer(f"{one} … {two}", text)), want, FIRST)
    for quote in (f"… {one} … {two}", f"{one} … {two} …", f"{one} … … {two}"):
        expect_equal(
            _tuple(answer(quote, text)),
            want,
            "an omission at the beginning or the end, or two in a row, change nothing: an empty part is no part",
        )
    for quote in ("", "  ", "…", " … "):
        expect(answer(quote, text) is None, "a quotation without any word is none: return None")


def _tuple(value):
    return tuple(value) if isinstance(value, list) else value
