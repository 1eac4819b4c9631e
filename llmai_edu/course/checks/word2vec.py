"""Checks for the exercises to lesson 03, `word2vec`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, refuse


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _tables(rng, v=7, c=4):
    """Two tables that are far from zero, so that what moves first matters."""
    return rng.normal(size=(v, c)), rng.normal(size=(v, c))


def _move(inputs, outputs, centre, targets, labels, rate, counted=None):
    """The true step, all gradients taken first; `counted` says which targets move the centre."""
    v, u = inputs[centre], outputs[targets]
    error = _sigmoid(u @ v) - labels
    new_inputs, new_outputs = inputs.copy(), outputs.copy()
    new_inputs[centre] -= rate * (error * (1 if counted is None else counted)) @ u
    np.add.at(new_outputs, targets, -rate * np.outer(error, v))
    return new_inputs, new_outputs


def _moved_meanwhile(inputs, outputs, centre, targets, labels, rate):
    """The step in which the centre moves while the loop goes on."""
    inputs, outputs = inputs.copy(), outputs.copy()
    for target, label in zip(targets, labels):
        error = _sigmoid(outputs[target] @ inputs[centre]) - label
        inputs[centre] -= rate * error * outputs[target]
        outputs[target] -= rate * error * inputs[centre]
    return inputs, outputs


def _rows_meanwhile(inputs, outputs, centre, targets, labels, rate):
    """The step with the old centre, in which a row that stands twice is read again after it has moved."""
    v, new_inputs, outputs = inputs[centre], inputs.copy(), outputs.copy()
    for target, label in zip(targets, labels):
        error = _sigmoid(outputs[target] @ v) - label
        new_inputs[centre] -= rate * error * outputs[target]
        outputs[target] -= rate * error * v
    return new_inputs, outputs


def _one_first(inputs, outputs, centre, targets, labels, rate, first):
    """The step in which one of the two tables moves before the other's gradient is taken."""
    new_inputs, new_outputs = _move(inputs, outputs, centre, targets, labels, rate)
    if first == "inputs":
        error = _sigmoid(outputs[targets] @ inputs[centre]) - labels
        late = outputs.copy()
        np.add.at(late, targets, -rate * np.outer(error, new_inputs[centre]))
        return new_inputs, late
    late = inputs.copy()
    late[centre] -= rate * (_sigmoid(outputs[targets] @ inputs[centre]) - labels) @ new_outputs[targets]
    return late, new_outputs


def _step_suspects(inputs, outputs, centre, targets, rate):
    true = np.eye(1, len(targets))[0]
    old = inputs, outputs, centre, targets
    ones = np.ones(len(targets))
    return {
        "the drawn words have the label 0: they are wrong answers": _move(*old, ones, rate),
        "the labels are swapped: 1 belongs to the context, 0 to the drawn words": _move(*old, 1 - true, rate),
        "the step goes up the gradient, and the loss grows: subtract": _move(*old, true, -rate),
        "the centre moves while the loop still needs it: take every gradient from the old tables": _moved_meanwhile(
            *old, true, rate
        ),
        "the drawn words have the label 0, and the centre must not move while the loop still needs it": (
            _moved_meanwhile(*old, ones, rate)
        ),
        "the centre moved before the targets' gradients were taken: these need the old centre": _one_first(
            *old, true, rate, "inputs"
        ),
        "the targets moved before the centre's gradient was taken: it needs the old targets": _one_first(
            *old, true, rate, "outputs"
        ),
        "the drawn words move the centre, too: add up all gradients": _move(*old, true, rate, counted=true),
        "this is the step for a rate of 1": _move(*old, true, 1.0),
        "the outputs have not moved: a step changes both tables": (_move(*old, true, rate)[0], outputs),
        "the centre has not moved: a step changes both tables": (inputs, _move(*old, true, rate)[1]),
        "nothing has moved": (inputs, outputs),
    }


def _compare_step(answer, inputs, outputs, centre, context, drawn, rate, more=None):
    targets = np.array([context, *drawn])
    got = answer(inputs.copy(), outputs.copy(), centre, context, drawn, rate)
    expect(isinstance(got, tuple) and len(got) == 2, "return both tables: `return new_inputs, new_outputs`", got=got)
    for table in got:
        expect_shape(table, inputs.shape)
    suspects = (more or {}) | _step_suspects(inputs, outputs, centre, targets, rate)
    expect_close(
        got,
        _move(inputs, outputs, centre, targets, np.eye(1, len(targets))[0], rate),
        "these are not the tables after one step",
        suspects=suspects,
        on=f"centre = {centre}, context = {context}, drawn = {drawn}, rate = {rate:.3g}",
    )


@exercise(points=3, minutes=20, difficulty=2)
def step(answer, rng):
    for count in (1, 3, 4):
        inputs, outputs = _tables(rng)
        context, *drawn = rng.permutation(7)[: count + 1].tolist()
        centre = drawn[0] if count == 3 else int(rng.integers(7))
        _compare_step(answer, inputs, outputs, centre, context, drawn, float(rng.uniform(0.2, 0.6)))


@step.part(points=2)
def step_drawn_twice(answer, rng):
    inputs, outputs = _tables(rng)
    context, twice, other = rng.permutation(7)[:3].tolist()
    rate = float(rng.uniform(0.2, 0.6))
    for drawn, what in (([twice, other, twice], "twice"), ([other, context], "itself")):
        targets, true = np.array([context, *drawn]), np.eye(1, len(drawn) + 1)[0]
        error = _sigmoid(outputs[targets] @ inputs[0]) - true
        lost = outputs.copy()
        lost[targets] -= rate * np.outer(error, inputs[0])
        new_inputs, _ = _move(inputs, outputs, 0, targets, true, rate)
        kept = [place for place, word in enumerate(targets) if word not in targets[:place]]
        fewer = _move(inputs, outputs, 0, targets[kept], true[kept], rate)
        one_label = _move(inputs, outputs, 0, targets, (targets == context).astype(float), rate)
        more = {
            "the second time a row was wanted you read it after it had moved: read from the old table": (
                _rows_meanwhile(inputs, outputs, 0, targets, true, rate)
            ),
            "a row that stands twice in `table[rows] -= …` moves once only: add the changes up": (new_inputs, lost),
        }
        if what == "twice":
            more["a word that was drawn twice stands for two answers; you took it once"] = fewer
        else:
            more["the context was also drawn, and then stands for a wrong answer, too; you left that out"] = fewer
            more[
                "the context, where it was drawn, has the label 0; the label belongs to the place, not to the word"
            ] = one_label
        _compare_step(answer, inputs, outputs, 0, context, drawn, rate, more)


def _search(kept, share, high=1.0):
    """The threshold at which a rising function reaches a share."""
    low = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if kept(middle) < share else (low, middle)
    return high


def _keep(t, f):
    return np.minimum(1, np.sqrt(t / f) + t / f)


def _threshold_suspects(counts, share):
    f = counts / counts.sum()
    right = _search(lambda t: np.sum(f * _keep(t, f)), share)
    return right, {
        "a frequent word makes up more of the text: weigh each word's probability with its share": _search(
            lambda t: np.mean(_keep(t, f)), share
        ),
        "this is the paper's formula, the square root alone; add t/f": _search(
            lambda t: np.sum(f * np.minimum(1, np.sqrt(t / f))), share
        ),
        "the square root is missing": _search(lambda t: np.sum(f * np.minimum(1, t / f)), share),
        "no word is kept more than always: the probability is at most 1": _search(
            lambda t: np.sum(f * (np.sqrt(t / f) + t / f)), share
        ),
        "this threshold skips the share that it should keep": _search(lambda t: np.sum(f * _keep(t, f)), 1 - share),
        "f is a share of the text, not a count: divide by the sum": right * counts.sum(),
        "return the threshold, not the share that it keeps": share,
        "return the threshold itself, not its square root": np.sqrt(right),
    }


def _one_threshold(answer, counts, share, what):
    want, suspects = _threshold_suspects(counts, share)
    got = answer(counts, share)
    expect(got is not None, "nothing came back; did you forget `return`?")
    expect(np.ndim(got) == 0, "the threshold is one number for all words", got=got)
    on = f"{what}, share = {share:.3f}"
    message = "this threshold does not keep the wanted share of the text"
    for misconception, value in suspects.items():
        if abs(value - want) > 0.01 * want and abs(float(got) - value) < 0.002 * value:
            refuse(misconception, got=got, want=want, on=on)
    if 0.002 * want < abs(float(got) - want) < 0.3 * want:
        refuse("near, but not near enough: is the search long enough?", got=got, want=want, on=on)
    expect_close(got, want, message, rtol=2e-3, on=on)


@exercise(points=3, minutes=20, difficulty=2)
def threshold_for(answer, rng):
    for size in (4, 7):
        counts = rng.integers(20, 40, size) * 3 ** np.arange(size)[::-1]
        counts = counts[rng.permutation(size)]  # not in the order of frequency
        _one_threshold(answer, counts, float(rng.uniform(0.45, 0.75)), f"counts = {counts.tolist()}")
    share = float(rng.uniform(0.3, 0.6))
    alone = ((np.sqrt(1 + 4 * share) - 1) / 2) ** 2  # the root of sqrt(t) + t = share
    message = "with a single word, sqrt(t) + t is the share"
    expect_close(answer(np.array([50]), share), alone, message, rtol=2e-3)


@threshold_for.part(points=2)
def threshold_for_a_language(answer, rng):
    counts = np.ceil(1e6 / np.arange(1, 5001) ** rng.uniform(1.0, 1.2)).astype(int)  # Zipf's law
    for low, high in ((0.9, 0.95), (0.05, 0.1)):
        _one_threshold(answer, counts, float(rng.uniform(low, high)), "5,000 words after Zipf's law")


def _joined(docs):
    return [word for doc in docs for word in doc]


def _expected(docs, n, window, weight=None, sides=(1, -1), join=False):
    """The table with any weight for each distance; the true one falls in equal steps from 1."""
    weight = weight or (lambda d: (window - d + 1) / window)
    table = np.zeros((n, n))
    for doc in [_joined(docs)] if join else docs:
        for i, centre in enumerate(doc):
            for side in sides:
                for d in range(1, window + 1):
                    if 0 <= i + side * d < len(doc):
                        table[centre, doc[i + side * d]] += weight(d)
    return table


def _lost_twins(docs, n, window):
    """The table of `table[rows, columns] += weight`, which counts a pair once where it stands several times."""
    table = np.zeros((n, n))
    for doc in map(np.array, docs):
        for d in range(1, min(window, len(doc) - 1) + 1):
            table[doc[:-d], doc[d:]] += (window - d + 1) / window
            table[doc[d:], doc[:-d]] += (window - d + 1) / window
    return table


def _wrapped(docs, n, window):
    """The true table, and what a negative index adds: the document's end as company of its beginning."""
    table = _expected(docs, n, window)
    for doc in docs:
        for i in range(len(doc)):
            for d in range(i + 1, window + 1):
                table[doc[i], doc[(i - d) % len(doc)]] += (window - d + 1) / window
    return table


def _averaged(docs, n, window):
    """The same from outside: the mean over all radii, each of which has the same chance at every position."""
    table = np.zeros((n, n))
    for radius in range(1, window + 1):
        for doc in docs:
            for i, centre in enumerate(doc):
                around = doc[max(0, i - radius) : i] + doc[i + 1 : i + 1 + radius]
                np.add.at(table[centre], around, 1 / window)
    return table


def _pair_suspects(docs, n, window):
    make = lambda **options: _expected(docs, n, window, **options)
    right = make()
    return {
        "every pair counts 1 here; a far one is read in some epochs only": make(weight=lambda d: 1),
        "these are the weights 1/d; how many of the numbers 1 to window are at least d?": make(weight=lambda d: 1 / d),
        "this is the square of the probability; each word is a centre once, and then only its own draw counts": make(
            weight=lambda d: ((window - d + 1) / window) ** 2
        ),
        "a place that stands twice in `table[rows, columns] += …` is counted once only: use np.add.at": _lost_twins(
            docs, n, window
        ),
        "a negative index counts from the document's end: nothing stands before the first word": _wrapped(
            docs, n, window
        ),
        "one too few: a centre that draws just d does see the word d places away": make(
            weight=lambda d: (window - d) / window
        ),
        "the weights fall in the right steps, but divide by the number of radii that can be drawn": make(
            weight=lambda d: window - d + 1
        ),
        "every distance has the same weight here; near words are read more often": make(weight=lambda d: 1 / window),
        "this counts words of one mean distance; take the probability of each distance": make(
            weight=lambda d: float(d <= (window + 1) / 2)
        ),
        "you looked to the right only: a centre looks to both sides": make(sides=(1,)),
        "you looked to the left only: a centre looks to both sides": make(sides=(-1,)),
        "each meeting counts half of what it should: both words are centres, once each": right / 2,
        "each meeting counts twice what it should": right * 2,
        "no pair reaches from one document into another": make(join=True),
        "a word may stand near another occurrence of itself: that is a pair, too": right * (1 - np.eye(n)),
        "a position is not its own neighbour": right
        + np.diag(np.bincount(_joined(docs), minlength=n) * (window + 1) / window),
        "a position is no neighbour of itself": right + np.diag(np.bincount(_joined(docs), minlength=n)),
    }


def _compare_pairs(answer, docs, n, window):
    got = answer(docs, n, window)
    expect_shape(got, (n, n))
    expect_close(
        got,
        _averaged(docs, n, window),
        "these are not the expected numbers of pairs",
        suspects=_pair_suspects(docs, n, window),
        on=f"docs = {docs}, n_words = {n}, window = {window}",
    )


@exercise(points=3, minutes=20, difficulty=3)
def expected_pairs(answer, rng):
    for window in (3, 4, 5):
        n = int(rng.integers(4, 7))
        doc = [*rng.permutation(n).tolist(), *rng.integers(0, n, 8).tolist()]
        _compare_pairs(answer, [doc], n, window)


@expected_pairs.part(points=2)
def expected_pairs_of_documents(answer, rng):
    for lengths in ((6, 1, 7), (2, 9, 3)):
        docs = [rng.integers(0, 5, length).tolist() for length in lengths]
        _compare_pairs(answer, docs, 6, 4)  # one word of the six does not occur
