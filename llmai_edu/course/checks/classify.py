"""Checks for the exercises to lesson 19, `classify`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type


class Dropout:
    """A layer within: only its own `training` counts."""

    def __init__(self, training):
        self.training = training


class Noisy:
    """Behaves like a torch module with dropout in a layer within: in training mode its logits are disturbed."""

    def __init__(self, training):
        self.training, self.inner, self.calls, self.trained, self.half = training, Dropout(training), 0, 0, 0

    def train(self, mode=True):
        self.training = self.inner.training = bool(mode)
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, x):
        self.calls += 1
        self.trained += self.inner.training
        self.half += self.inner.training and not self.training
        return -x if self.inner.training else x

    def __repr__(self):
        return "model"


def _batches(rng, sizes=(6, 6, 1)):
    """Batches of unequal length; the last ones go worse than the first."""
    found = []
    for place, size in enumerate(sizes):
        x = rng.normal(size=(size, 3))
        right = rng.random(size) < 0.9 - 0.8 * place / (len(sizes) - 1)
        best, worst = x.argmax(1), x.argmin(1)
        found.append((x, np.where(right, best, worst)))
    return found


@exercise(points=3, minutes=15, difficulty=1)
def accuracy(answer, rng):
    for training, sizes in ((False, (6, 6, 1)), (True, (5, 2)), (False, (4, 4, 2)), (True, (7, 3, 3))):
        for _ in range(1000):
            batches = _batches(rng, sizes)
            rights = [int((x.argmax(1) == labels).sum()) for x, labels in batches]
            want = sum(rights) / sum(sizes)
            by_batch = float(np.mean([right / size for right, size in zip(rights, sizes)]))
            last = rights[-1] / sizes[-1]
            if_equal = sum(rights) / (sizes[0] * len(sizes))
            others = (by_batch, last, 1 - want, sum(rights), if_equal)
            if len({round(value, 9) for value in (want, *others)}) == 6:
                break
        model = Noisy(training)
        got = answer(model, batches)
        expect(
            model.calls == len(batches),
            f"ask the model once for each batch: there were {len(batches)} batches and {model.calls} calls",
            on="",
        )
        expect(
            model.half == 0,
            "setting `model.training` does not reach the layers within: their dropout is still on; call `model.eval()`",
            on="",
        )
        expect(
            model.trained == 0,
            "the model was asked in training mode, with dropout on: switch to evaluation mode first",
            on="",
        )
        expect_close(
            got,
            want,
            "this is not the share of right answers",
            suspects={
                "that is the mean over the batches: a short batch must not count as much as a long one": by_batch,
                "that is the last batch alone": last,
                "that is the share of wrong answers": 1 - want,
                "that is the number of right answers; divide by the number of examples": sum(rights),
                "you divided as if every batch were as long as the first; count the examples": if_equal,
            },
            on=f"batches of {', '.join(map(str, sizes))} examples",
        )


@accuracy.part(points=1)
def mode_kept(answer, rng):
    for training in (True, False, True):
        model = Noisy(training)
        answer(model, _batches(rng))
        if training:
            expect(model.training, "the model was training before, and is in evaluation mode now", on="")
        else:
            expect(not model.training, "the model was in evaluation mode before, and is in training mode now", on="")
        expect(
            model.inner.training == training,
            "the layers within are not in the mode that they had: `model.train(mode)` switches them, "
            "setting `model.training` does not",
            on="",
        )


SIGNS = ".,;:!?"
NEGATIONS = {"not", "no", "never", "without"}


def _pairs(
    words,
    reach=3,
    signs=True,
    negation=lambda bare: bare in NEGATIONS or bare.endswith("n't"),
    lower=True,
    fix_itself=True,
    same=str.lower,
    own_sign=True,
    sign_included=True,
    strip=lambda word: word.rstrip(SIGNS),
    anew=True,
    sign_in=lambda word: word[-1] in SIGNS,
):
    """The pairs by another road: the set of fixed places, spelled out; each argument is a part of the rule."""
    fixed = set()
    for i, word in enumerate(words):
        bare = strip(word).lower() if lower else strip(word)
        if not negation(bare) or (i in fixed and not anew):
            continue
        if fix_itself:
            fixed.add(i)
        if own_sign and signs and word[-1] in SIGNS:
            continue
        for j, after in enumerate(words[i + 1 : i + 1 + reach], start=i + 1):
            ends = signs and sign_in(after)
            if not ends or sign_included:
                fixed.add(j)
            if ends:
                break
    free = sorted(set(range(len(words))) - fixed)
    pairs = [(a, b) for place, a in enumerate(free) for b in free[place + 1 :]]
    return [(a, b) for a, b in pairs if same is None or same(words[a]) != same(words[b])]


def _within(part):
    """Negations told by a part of the word: `part(bare, negation)`."""
    return lambda bare: any(part(bare, one) for one in NEGATIONS) or bare.endswith("n't")


WRONG = {
    "the negation itself must stay where it is": {"fix_itself": False},
    "a negation governs three words after it, not two": {"reach": 2},
    "a negation governs three words after it, not four": {"reach": 4},
    "the negation stays, but the words that it governs may not move either": {"reach": 0},
    "a negation governs at most three words, not all up to the next sign": {"reach": 99},
    "words that end in n't are negations, too": {"negation": lambda bare: bare in NEGATIONS},
    "a negation may be written in capitals": {"lower": False},
    "two places that hold the same word are no pair, capitals aside": {"same": None},
    "capitals aside, `The` and `the` are the same word, and no pair": {"same": str},
    "for a pair the whole word counts, with its signs: `film,` is not `film`": {
        "same": lambda word: word.rstrip(SIGNS).lower()
    },
    "a negation among the governed words governs anew, from where it stands": {"anew": False},
    "only n't makes a negation: a word such as `brilliant`, which ends in nt, is none": {
        "negation": lambda bare: bare in NEGATIONS or bare.endswith(("n't", "nt"))
    },
    "compare whole words: `nothing` begins with a negation, but is none": {"negation": _within(str.startswith)},
    "compare whole words: `piano` ends in a negation, but is none": {"negation": _within(str.endswith)},
    "compare whole words: `another` holds a negation, but is none": {
        "negation": _within(lambda bare, one: one in bare)
    },
}
WRONG_SIGNS = {
    "a negation that ends in a sign itself governs nothing": {"own_sign": False},
    "a negation may bear several signs at its end, as in `not?!`: look at it without all of them": {
        "strip": lambda word: word[:-1] if word[-1] in SIGNS else word
    },
    "a negation may bear a sign at its end: look at it without": {"strip": str},
    "a sign ends what a negation governs": {"signs": False},
    "the word that bears the sign is still governed": {"sign_included": False},
    "only a sign at the end of a word ends what is governed: that in `3.5` does not": {
        "sign_in": lambda word: any(sign in word for sign in SIGNS)
    },
}
FILLERS = ["film", "plot", "story", "cast", "tender", "slow", "bright", "warm", "sad", "jokes", "The", "the", "A", "a"]
FILLERS += ["and", "but", "scenes", "of", "it"]


def _compare(answer, words, wrong):
    want = _pairs(words)
    got = answer(list(words))
    expect_type(got, list)
    expect(
        all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in got),
        "the list must hold pairs of places, (i, j)",
        got=got,
    )
    got = [tuple(int(place) for place in pair) for pair in got]
    suspects = {says: _pairs(words, **changed) for says, changed in wrong.items()}
    suspects |= {
        "each pair must stand there once, with i < j": sorted(want + [(b, a) for a, b in want]),
        "give each pair as (i, j) with i < j": [(b, a) for a, b in want],
        "places are counted from 0": [(a + 1, b + 1) for a, b in want],
    }
    suspects = {says: value for says, value in suspects.items() if value != want}
    if sorted(got) == want:
        expect_equal(got, want, "these are the pairs, but not in ascending order", on=" ".join(words))
    expect_equal(got, want, "these are not the pairs that may be exchanged", suspects=suspects, on=" ".join(words))


@exercise(points=3, minutes=25, difficulty=2)
def allowed_pairs(answer, rng):
    few = rng.permutation(["tender", "slow", "bright", "warm", "sad"]).tolist()
    _compare(answer, ["The", few[0], "the", few[1], few[0]], WRONG)
    for decoy in ("another", "nothing", "piano", "knot", "brilliant", "moment"):
        _compare(answer, [few[0], decoy, *few[1:]], WRONG)
    _compare(answer, ["film,", "film", *few[:2]], WRONG)
    _compare(answer, ["never", few[0], "not", "film", "and", *few[1:]], WRONG)
    for negation in ("not", "n't", "NEVER", "Don't", "no", "without", "twice", "none"):
        words = rng.choice(FILLERS, int(rng.integers(9, 12))).tolist()
        place = int(rng.integers(0, 4))
        if negation == "twice":
            words[1], words[3] = "never", "not"
        elif negation == "none":
            words[place] = "nothing"  # not in the list of negations
        else:
            words[place] = "isn't" if negation == "n't" else negation
        words[6], words[8] = "The", "the"
        _compare(answer, words, WRONG)
    _compare(answer, ["no", "film"], WRONG)
    _compare(answer, ["fine", "no"], WRONG)


@allowed_pairs.part(points=2)
def a_sign_ends_it(answer, rng):
    for sign in rng.permutation(list(SIGNS)):
        words = rng.permutation([word for word in FILLERS if word[0].islower()]).tolist()[:10]
        place = int(rng.integers(0, 4))
        words[place] = str(rng.choice(["not", "never", "can't"]))
        words[place + 2] += str(sign)
        _compare(answer, words, WRONG_SIGNS | WRONG)
        words = rng.permutation([word for word in FILLERS if word[0].islower()]).tolist()[:8]
        words[place] = "no" + str(sign)
        _compare(answer, words, WRONG_SIGNS | WRONG)
    few = rng.permutation([word for word in FILLERS if word[0].islower()]).tolist()[:6]
    _compare(answer, [few[0], "not?!", *few[1:]], WRONG_SIGNS | WRONG)
    _compare(answer, ["not", "3.5", *few], WRONG_SIGNS | WRONG)
    _compare(answer, ["film,", "film", *few[:2]], WRONG_SIGNS | WRONG)


def _report(valid, test, pick=None):
    """Both numbers, one seed after the other."""
    chosen, best = [], []
    for v, t in zip(valid.tolist(), test.tolist()):
        epoch = v.index(max(v)) if pick is None else pick(v, t)
        chosen.append(t[epoch])
        best.append(max(t))
    reported = sum(chosen) / len(chosen)
    return reported, sum(best) / len(best) - reported


def _last_best(v, t):
    return len(v) - 1 - v[::-1].index(max(v))


def _suspects(valid, test):
    """What the known misconceptions would return."""
    want = _report(valid, test)
    best = test.max(1).mean()
    one_for_all = test[:, valid.mean(0).argmax()].mean()
    best_seed = np.unravel_index(valid.argmax(), valid.shape)
    highest = valid.max(1).mean()
    turned = valid[np.arange(len(valid)), test.argmax(1)].mean()
    return {
        "that is each seed's highest test accuracy: the test has chosen": (best, 0.0),
        "the first number is each seed's highest test accuracy: report that of the epoch which validation chose": (
            best,
            best - want[0],
        ),
        "the highest accuracies on the test are asked for, and these are those on validation": (
            want[0],
            highest - want[0],
        ),
        "`valid` and `test` are exchanged: validation chooses, and the test is reported": _report(test, valid),
        "you let the test choose and reported the validation accuracy: it is the other way round": (
            turned,
            best - turned,
        ),
        "the epoch is chosen by validation, but the accuracy reported is that on the test": (highest, best - highest),
        "each seed chooses its own epoch; you chose one for all": (one_for_all, best - one_for_all),
        "that is the last epoch, not the best on validation": _report(valid, test, lambda v, t: len(v) - 1),
        "of equal epochs the earliest is to be taken, not the latest": _report(valid, test, _last_best),
        "the sign of the optimism is wrong: the highest minus the reported": (want[0], -want[1]),
        "that is the best seed alone; report the mean over the seeds": (
            test[best_seed],
            best - test[best_seed],
        ),
        "the second number is the mean of the highest test accuracies; subtract what is reported": (want[0], best),
        "each seed has its own highest test accuracy; you took the highest of all": (
            want[0],
            test.max() - want[0],
        ),
        "you took the highest of the mean curve: each seed has its own highest test accuracy": (
            want[0],
            test.mean(0).max() - want[0],
        ),
        "the two numbers are exchanged: first `reported`, then `optimism`": want[::-1],
        "axes: a row is a seed, and each row chooses one epoch": _report(valid.T, test.T),
    }


def _measure(answer, valid, test):
    want = _report(valid, test)
    got = answer(valid.copy(), test.copy())
    expect(
        isinstance(got, (tuple, list, np.ndarray)) and len(got) == 2,
        "return two numbers: (reported, optimism)",
        got=got,
    )
    expect_close(got, want, "these are not the two numbers", suspects=_suspects(valid, test), rtol=1e-6, atol=1e-9)


@exercise(points=4, minutes=25, difficulty=2)
def honest_report(answer, rng):
    for seeds, epochs in ((4, 6), (5, 5), (7, 3)):
        while True:
            rise = 0.2 * np.sqrt(np.arange(1, epochs + 1) / epochs)
            valid = np.round(0.6 + rise + rng.normal(0, 0.05, (seeds, epochs)), 4)
            test = np.round(0.6 + rise + rng.normal(0, 0.05, (seeds, epochs)), 4)
            values = {tuple(np.round(value, 6)) for value in _suspects(valid, test).values()}
            no_ties = all(len(set(row)) == epochs for row in valid.tolist())
            # Without ties the latest of the best is the earliest; all other misconceptions must be told apart.
            if no_ties and len(values) == len(_suspects(valid, test)):
                break
        _measure(answer, valid, test)


@honest_report.part(points=1)
def equal_epochs(answer, rng):
    for _ in range(3):
        valid = np.tile(0.5 + 0.1 * np.array([0, 2, 1, 2, 2, 0]), (4, 1))
        test = np.round(rng.uniform(0.6, 0.9, (4, 6)), 4)
        _measure(answer, valid, test)
