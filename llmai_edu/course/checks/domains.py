"""Checks for the exercises to lesson 29, `domains`."""

import re

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type

FIRST = "the first check has something to say; put that right before the edges"
PREFIXES = ("SQ *", "TST* ", "POS ")
NAMES = ("LUMBER", "BAKERY", "MUSEUM", "TAILOR", "FLORIST", "GARAGE", "OPTICIAN", "CINEMA", "BUTCHER", "LIBRARY")
PLACES = ("DAYTON OH", "LYON FR", "LEEDS GB", "OSLO NO", "RENO NV")


def _clean(line, *, prefix=True, cut="last", case=True, anywhere=False, spaces=True):
    """The rule of the sheet, and what leaving out a step of it gives."""
    for one in PREFIXES if prefix else ():
        if anywhere:
            line = line.replace(one, "")
        elif line.startswith(one):
            line = line[len(one) :]
            break
    runs = list(re.finditer(r"\b\d{4}\b", line))
    if cut == "any digits":
        runs = list(re.finditer(r"\d+", line))[:1]
    if cut == "five too":
        runs = list(re.finditer(r"\b\d{4,}\b", line))
    if runs and cut == "number only":
        line = line[: runs[-1].start()] + line[runs[-1].end() :]
    elif runs and cut:
        line = line[: runs[0 if cut == "first" else -1].start()]
    line = line.lower() if case else line
    return " ".join(line.split()) if spaces else line


def _clean_suspects(line):
    return {
        "the prefix is still there": _clean(line, prefix=False),
        "a prefix counts at the beginning of the line only; you took it out elsewhere, too": _clean(
            line, anywhere=True
        ),
        "you cut at the first number of four digits; the store number is the last one": _clean(line, cut="first"),
        "you cut at the first digits; a name may hold digits, and the store number is the last word of four": _clean(
            line, cut="any digits"
        ),
        "a number of five digits is no store number; it is part of the name": _clean(line, cut="five too"),
        "the store number is gone; the city after it has to go, too": _clean(line, cut="number only"),
        "store number and city are still there": _clean(line, cut=""),
        "lower case, please": _clean(line, case=False),
        "single spaces, and none at the ends, please": _clean(line, spaces=False),
    }


@exercise(points=3, minutes=20, difficulty=1)
def clean_line(answer, rng):
    line = f"POS {rng.choice(NAMES)} {rng.integers(2, 99)} HALL {rng.integers(0, 9999):04d} {rng.choice(PLACES)}"
    expect_equal(answer(line), _clean(line), "this is not the cleaned line", suspects=_clean_suspects(line))
    for _ in range(3):
        for prefix in (*PREFIXES, ""):
            one, two = rng.choice(NAMES, 2, replace=False)
            inner = ("", f" {rng.integers(1000, 9999)}", f" {rng.integers(2, 99)}", "  ")[rng.integers(4)]
            line = f"{prefix}{one}{inner} {two} {rng.integers(0, 9999):04d} {rng.choice(PLACES)}"
            expect_equal(answer(line), _clean(line), "this is not the cleaned line", suspects=_clean_suspects(line))
        for inner in (str(rng.integers(1000, 9999)), str(rng.integers(2, 99)), "POS SHOP", ""):
            line = f"SQ *{rng.choice(NAMES)} {inner} HALL {rng.integers(0, 9999):04d} {rng.choice(PLACES)}"
            expect_equal(answer(line), _clean(line), "this is not the cleaned line", suspects=_clean_suspects(line))


@clean_line.part(points=1)
def clean_line_at_the_edges(answer, rng):
    one, two = (str(name) for name in rng.choice(NAMES, 2, replace=False))
    line = f"SQ *{one} 7 0042 OSLO NO"
    expect_equal(answer(line), _clean(line), FIRST)
    line = f"TST* {one} {two}"
    expect_equal(answer(line), f"{one} {two}".lower(), "a line without a store number stays whole, but for its prefix")
    line = f"{one} {rng.integers(10000, 99999)} {two}"
    expect_equal(answer(line), line.lower(), "five digits are no store number: it is a word of exactly four")
    line = f"{one} {rng.integers(10000, 99999)} {two} 0042 RENO NV"
    expect_equal(answer(line), _clean(line), "this is not the cleaned line", suspects=_clean_suspects(line))
    line = f"{one}{rng.integers(1000, 9999)} {two}"
    said = "four digits inside a longer word are no store number: it is a word of exactly four digits"
    expect_equal(answer(line), line.lower(), said)
    city = rng.choice(PLACES)
    for front, name, said in (
        ("POS SQ *", f"SQ *{one}", "one prefix is taken off, once; what stands behind it belongs to the name"),
        (
            "SQ *TST* ",
            f"TST* {one}",
            "when a prefix is found, stop looking: what stands behind it is not the beginning",
        ),
        ("pos ", f"pos {one}", "the prefixes are in upper case: look for them before you make the line lower case"),
        (
            " SQ *",
            f"SQ *{one}",
            "a line that begins with a blank does not begin with a prefix; blanks are the last step",
        ),
    ):
        expect_equal(answer(f"{front}{one} 0042 {city}"), name.lower(), said)
    said = "0042 is the last word of exactly four digits, whatever digits stand after it"
    expect_equal(answer(f"{one} 0042 {two} {rng.integers(2, 99)}"), one.lower(), said)


def _groups(confidence, right, bins, order=None, both=True):
    order = np.argsort(confidence, kind="stable") if order is None else order
    sure = [group for group in np.array_split(confidence[order], bins) if len(group)]
    good = [group for group in np.array_split(right[order] if both else right, bins) if len(group)]
    return (
        np.array([group.mean() for group in sure]),
        np.array([group.mean() for group in good]),
        np.array([len(group) for group in sure]),
    )


def _even(confidence, right, bins):
    right = right.astype(float)
    sure, good, count = _groups(confidence, right, bins)
    gap = np.abs(good - sure)
    size = len(confidence)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    wide = sum(
        abs(right[place == b].mean() - confidence[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    )
    falling = _groups(confidence, right, bins, order=np.argsort(-confidence, kind="stable"))
    apart = _groups(np.sort(confidence), np.sort(right), bins, order=np.arange(size))
    unsorted = _groups(confidence, right, bins, order=np.arange(size))
    torn = _groups(confidence, right, bins, both=False)
    suspects = {
        "those are bins of equal width; here each bin holds equally many answers": wide,
        "that is the plain mean over the bins; weigh each with its number of answers": gap.mean(),
        "that is the largest gap of a bin; the mean is asked for": gap.max(),
        "sort by confidence first; you cut the answers in the order in which they came": (
            np.abs(unsorted[1] - unsorted[0]) @ unsorted[2] / size
        ),
        "the confidences are sorted, and `right` is not: each must go with its answer": (
            np.abs(torn[1] - torn[0]) @ torn[2] / size
        ),
        "you sorted the highest first; with the lowest first, the larger groups lie at the lower end": (
            np.abs(falling[1] - falling[0]) @ falling[2] / size
        ),
        "confidences and `right` were each sorted by themselves; find one order and use it for both": (
            np.abs(apart[1] - apart[0]) @ apart[2] / size
        ),
        "gaps above and below cancel each other: take the absolute value of each bin's gap": abs(
            right.mean() - confidence.mean()
        ),
        "gaps above and below cancel each other, and the sign is still there: take absolute values": (
            right.mean() - confidence.mean()
        ),
        "gaps above and below cancel each other, and the sign is still there: absolute values, please": (
            confidence.mean() - right.mean()
        ),
        "that is the mean gap of single answers; the means of a bin are compared": np.abs(right - confidence).mean(),
        "you squared the gaps; take their absolute values": (gap**2) @ count / size,
        "that is the sum over the bins; divide by the number of answers": float(gap @ count),
    }
    return float(gap @ count / size), suspects


@exercise(points=4, minutes=25, difficulty=2)
def even_bins_error(answer, rng):
    for size, bins in ((23, 4), (50, 7), (40, 3)):
        for _ in range(200):
            confidence = rng.permutation(np.linspace(0.03, 0.99, size) ** rng.uniform(0.5, 2))
            right = rng.random(size) < confidence ** rng.uniform(0.4, 2.5)
            want, suspects = _even(confidence, right, bins)
            values = np.array([want, *suspects.values()])
            if len(np.unique(values.round(6))) >= len(values) - 1:  # the two signs of one number may meet
                break
        got = answer(confidence, right, bins)
        expect_close(got, want, "this is not the calibration error with even bins", suspects=suspects)


@even_bins_error.part(points=1)
def even_bins_at_the_edges(answer, rng):
    confidence, right = rng.random(17), rng.random(17) < 0.5
    expect_close(answer(confidence, right, 5), _even(confidence, right, 5)[0], FIRST)
    confidence, right = np.array([0.9, 0.3]), np.array([True, False])
    with np.errstate(all="ignore"):
        got = answer(confidence, right, 5)
    expect(np.isfinite(got), "with fewer answers than bins, some bins are empty: leave them out", got=got)
    expect_close(got, 0.2, "with fewer answers than bins, each answer is a bin of its own")
    size = int(rng.integers(6, 12))
    got = answer(np.full(size, 0.5), np.ones(size, bool), 1)
    expect_close(got, 0.5, "with one bin it is the gap of the two means")
    expect_type(float(got), float)
    confidence, right = rng.choice([0.2, 0.4, 0.6, 0.8], 200), np.arange(200) < rng.integers(90, 110)
    said = 'equal confidences stay in the order in which they come: kind="stable"'
    expect_close(answer(confidence, right, 7), _even(confidence, right, 7)[0], said)


def _costs(confidence, right, wrong_cost, refusal_cost, thresholds, strict=False):
    answered = confidence[None] > thresholds[:, None] if strict else confidence[None] >= thresholds[:, None]
    return (answered & ~right[None]) @ np.full(len(right), wrong_cost) + (~answered).sum(1) * refusal_cost


def _cheapest(confidence, right, wrong_cost, refusal_cost, *, last=False, without_end=False, strict=False):
    thresholds = np.unique(confidence)
    thresholds = thresholds if without_end else np.append(thresholds, np.inf)
    cost = _costs(confidence, right, wrong_cost, refusal_cost, thresholds, strict)
    good = np.flatnonzero(np.isclose(cost, cost.min()))
    place = good[-1] if last else good[0]
    return [float(thresholds[place]), float(cost[place]) / len(right)]


def _cheapest_suspects(confidence, right, w, r):
    best = _cheapest(confidence, right, w, r)
    believed = 1 - r / w
    cost = float(_costs(confidence, right, w, r, np.array([believed]))[0]) / len(right)
    return {
        "that is the threshold that would be cheapest if the probabilities were true (Chow's rule); count "
        "what the answers really cost": [believed, cost],
        "several thresholds cost the same; take the lowest, which answers most": _cheapest(
            confidence, right, w, r, last=True
        ),
        "an answer at the threshold itself is given: >=, not >": _cheapest(confidence, right, w, r, strict=True),
        "the threshold is right; give the mean cost of a question, not the sum": [best[0], best[1] * len(right)],
        "refusing everything is a choice, too: try infinity": _cheapest(confidence, right, w, r, without_end=True),
        "refusals cost something; you charged the errors only": _cheapest(confidence, right, w, 0.0),
        "the prices are swapped: an error costs wrong_cost": _cheapest(confidence, right, r, w),
        "you charged right answers in place of wrong ones": _cheapest(confidence, ~right, w, r),
    }


def _drawn(rng, size):
    """Confidences with ties that are far from calibrated, and answers."""
    confidence = rng.choice(np.linspace(0.05, 0.95, 19), size).round(2)
    right = rng.random(size) < 0.2 + 0.75 * confidence ** rng.uniform(2, 4)
    return confidence, right


@exercise(points=4, minutes=25, difficulty=3)
def cheapest_threshold(answer, rng):
    for size, w, r in ((30, 5.0, 2.0), (60, 3.0, 1.0), (40, 4.0, 1.0)):
        for _ in range(200):
            confidence, right = _drawn(rng, size)
            want, suspects = _cheapest(confidence, right, w, r), _cheapest_suspects(confidence, right, w, r)
            others = [value for said, value in suspects.items() if "infinity" not in said and "several" not in said]
            if np.isfinite(want[0]) and not any(np.allclose(want, other) for other in others):
                break
        got = answer(confidence, right, w, r)
        expect_type(got, (tuple, list))
        expect(len(got) == 2, "return two numbers: the threshold and the mean cost", got=got)
        expect_close(list(got), want, "another threshold is cheaper, or the cost is another", suspects=suspects)


@cheapest_threshold.part(points=1)
def cheapest_at_the_edges(answer, rng):
    confidence, right = _drawn(rng, 25)
    while not np.isfinite(_cheapest(confidence, right, 3.0, 1.0)[0]):
        confidence, right = _drawn(rng, 25)
    expect_close(list(answer(confidence, right, 3.0, 1.0)), _cheapest(confidence, right, 3.0, 1.0), FIRST)
    wrong = np.zeros(8, bool)
    confidence = rng.permutation(np.linspace(0.3, 0.9, 8))
    got = list(answer(confidence, wrong, 4.0, 1.0))
    said = "where all answers are wrong, refusing everything is cheapest: the threshold is infinity"
    expect_equal(got[0], np.inf, said)
    expect_close(got[1], 1.0, "if all is refused, a question costs refusal_cost")
    got = list(answer(confidence, ~wrong, 4.0, 1.0))
    expect_close(
        got, [float(confidence.min()), 0.0], "where all are right, the lowest confidence is the threshold, at no cost"
    )
    tied = [np.array([0.2, 0.8]), np.array([False, True])]
    got = list(answer(*tied, 1.0, 1.0))
    expect_close(
        got,
        [0.2, 0.5],
        "an error and a refusal cost the same here",
        suspects={"several thresholds cost the same; take the lowest, which answers most": [0.8, 0.5]},
    )
    even = np.array([0.4, 0.4, 0.4, 0.7, 0.8]), np.array([False, True, True, True, True])
    said = (
        "one error for 0.9 and three refusals for 0.3 cost the same; 3 * 0.3 is a little less on a computer: compare "
    )
    expect_close(list(answer(*even, 0.9, 0.3)), [0.4, 0.18], f"{said}with a tolerance of 1e-12")
