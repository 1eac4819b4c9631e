"""Checks for the exercises to lesson 13, `bert`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_type

SPECIAL = ("[CLS]", "[SEP]", "[PAD]")
TEXTS = ("un ##want ##ed cats sleep", "em ##bed ##ding ##s of short sentence ##s", "he walk ##ed a ##way", "no more")


def _words(tokens):
    """The places of the pieces of each word, special tokens left out."""
    words = []
    for place, token in enumerate(tokens):
        if token in SPECIAL:
            continue
        if token.startswith("##"):
            words[-1].append(place)
        else:
            words.append([place])
    return words


def _mask(tokens, chosen, lots, others, places=None, label=None):
    """The right answer, or what comes of other places to change and to label."""
    inputs, labels = list(tokens), [None] * len(tokens)
    for number, word in enumerate(_words(tokens)):
        if number not in chosen:
            continue
        lot = lots[number]
        for place in places(word) if places else word:
            inputs[place] = "[MASK]" if lot < 0.8 else others[place] if lot < 0.9 else tokens[place]
        for place in word:
            if label is None or label(lot):
                labels[place] = tokens[place]
    return inputs, labels


def _example(rng, fates):
    """A text of several words, half of them chosen, with lots of all three kinds."""
    first, second = rng.choice(len(TEXTS), 2, replace=False)
    pad = ["[PAD]"] * int(rng.integers(1, 4))
    tokens = ["[CLS]", *TEXTS[first].split(), "[SEP]", *TEXTS[second].split(), "[SEP]", *pad]
    count = len(_words(tokens))
    lots = [float(lot) for lot in rng.choice([0.2, 0.5, 0.79, 0.8, 0.85, 0.89, 0.9, 0.97], count)]
    chosen = {int(i) for i in rng.choice(count, max(3, count // 2), replace=False)}
    for number, lot in zip(sorted(chosen), fates):  # each kind occurs
        lots[number] = lot
    others = [f"other{i}" for i in range(len(tokens))]
    return tokens, chosen, lots, others


def _pair_of_lists(got, size):
    expect_type(got, (tuple, list), "return two lists: the inputs and the labels")
    expect(len(got) == 2, "return two lists: the inputs and the labels", got=len(got), want=2)
    for part, name in zip(got, ("inputs", "labels")):
        expect(len(part) == size, f"the {name} are as many as the tokens", got=len(part), want=size)
    return got


def _line(tokens):
    """A list of tokens as one text, which messages can show."""
    return " ".join(map(str, tokens))


def _compare(got, want, message, suspects):
    suspects = {says: _line(wrong) for says, wrong in suspects.items()}
    expect_equal(_line(got), _line(want), message, suspects=suspects)


@exercise(points=4, minutes=25, difficulty=2)
def mask_words(answer, rng):
    for fates in ((0.4, 0.85, 0.95), (0.4, 0.8, 0.95), (0.4, 0.85, 0.9), (0.2, 0.8, 0.9)):
        tokens, chosen, lots, others = _example(rng, fates)
        inputs, labels = _pair_of_lists(answer(tokens, chosen, lots, others), len(tokens))
        want_inputs, want_labels = _mask(tokens, chosen, lots, others)
        _compare(
            inputs,
            want_inputs,
            "these are not the inputs",
            {
                "all pieces of a chosen word share its fate; you changed only the first": _mask(
                    tokens, chosen, lots, others, places=lambda word: word[:1]
                )[0],
                "one lot in ten keeps the word as it is; you masked it": _mask(
                    tokens, chosen, [min(lot, 0.85) if lot < 0.9 else 0.0 for lot in lots], others
                )[0],
                "one lot in ten puts other tokens in; you masked all chosen words": _mask(
                    tokens, chosen, [0.0] * len(lots), others
                )[0],
                "`chosen` numbers words, not tokens": _by_token(tokens, chosen, lots, others),
                "[CLS], [SEP] and [PAD] are no words: do not count them": _counting_special(
                    tokens, chosen, lots, others
                ),
                "a lot of exactly 0.8 puts other tokens in": _mask(
                    tokens, chosen, [lot - 1e-6 * (lot == 0.8) for lot in lots], others
                )[0],
                "a lot of exactly 0.9 keeps the word": _mask(
                    tokens, chosen, [lot - 1e-6 * (lot == 0.9) for lot in lots], others
                )[0],
                "a lot of exactly 0.8 puts other tokens in, and one of exactly 0.9 keeps the word": _mask(
                    tokens, chosen, [lot - 1e-6 for lot in lots], others
                )[0],
                "0.8 to 0.9 puts other tokens in, 0.9 and more keeps; you have them the other way round": _mask(
                    tokens, chosen, [lot if lot < 0.8 else 1.75 - lot for lot in lots], others
                )[0],
            },
        )
        _compare(
            labels,
            want_labels,
            "these are not the labels",
            {
                "a chosen word has labels whatever became of it, also when it was kept": _mask(
                    tokens, chosen, lots, others, label=lambda lot: lot < 0.9
                )[1],
                "a chosen word has labels whatever became of it, not only when it was masked": _mask(
                    tokens, chosen, lots, others, label=lambda lot: lot < 0.8
                )[1],
                "nothing is asked where nothing was chosen: None there": list(tokens),
                "the label is the true token, not what stands in the input": [
                    token if label is not None else None for token, label in zip(want_inputs, want_labels)
                ],
            },
        )


def _by_token(tokens, chosen, lots, others):
    inputs = list(tokens)
    for place in chosen:
        lot = lots[place]
        inputs[place] = "[MASK]" if lot < 0.8 else others[place] if lot < 0.9 else tokens[place]
    return inputs


def _counting_special(tokens, chosen, lots, others):
    inputs, number = list(tokens), -1
    for place, token in enumerate(tokens):
        number += not token.startswith("##")
        if number in chosen and token not in SPECIAL:
            lot = lots[number]
            inputs[place] = "[MASK]" if lot < 0.8 else others[place] if lot < 0.9 else token
    return inputs


MASK_ID = 3


def _stand_in(rng, size=9):
    """A stand-in for a BERT: what stands at every other place sways the scores, near places more than far ones."""
    table, base = rng.normal(0, 1.5, (2, size, size)), rng.normal(0, 1, size)

    def log_probs(ids):
        ids, places = np.asarray(ids), np.arange(len(ids))
        weights = 1.0 / (1 + np.abs(places[:, None] - places))  # (T, T)
        before = np.tril(weights, 0) @ table[0][ids]
        scores = base + before + np.triu(weights, 1) @ table[1][ids]
        scores[places, ids] += 3.0 * (ids != MASK_ID)  # an open token all but gives itself away
        return scores - np.log(np.exp(scores).sum(1, keepdims=True))

    return log_probs


def _one_by_one(log_probs, ids, places, hide):
    total = 0.0
    for place in places:
        hidden = list(ids)
        for other in hide(place):
            hidden[other] = MASK_ID
        total += log_probs(hidden)[place, ids[place]]
    return float(total)


def _pseudo_suspects(log_probs, ids, want):
    inner, last = range(1, len(ids) - 1), len(ids) - 1
    return {
        "nothing was hidden: each token told you itself": _one_by_one(log_probs, ids, inner, lambda place: []),
        "you hid all tokens at once; hide one, and show the others": _one_by_one(
            log_probs, ids, inner, lambda place: inner
        ),
        "what is to the right was hidden, too; the point is to use both sides": _one_by_one(
            log_probs, ids, inner, lambda place: range(place, last)
        ),
        "tokens that you hid before stayed hidden: put each back before the next": _one_by_one(
            log_probs, ids, inner, lambda place: range(1, place + 1)
        ),
        "[CLS] and [SEP] stand in every text: do not count them": _one_by_one(
            log_probs, ids, range(len(ids)), lambda place: [place]
        ),
        "[SEP] is no token of the text: do not count it": _one_by_one(
            log_probs, ids, range(1, len(ids)), lambda place: [place]
        ),
        "add up the logarithms; you took their mean": want / len(inner),
        "the sign is wrong: the sum of logarithms of probabilities is negative": -want,
        "read the log-probability of the true token, not that of [MASK]": _one_by_one(
            lambda hidden: np.repeat(log_probs(hidden)[:, [MASK_ID]], 9, 1), ids, inner, lambda place: [place]
        ),
        "these are probabilities: add up their logarithms": sum(
            np.exp(_one_by_one(log_probs, ids, [place], lambda place: [place])) for place in inner
        ),
    }


@exercise(points=4, minutes=20, difficulty=2)
def pseudo_log_likelihood(answer, rng):
    for length in (4, 7, 10):
        log_probs = _stand_in(rng)
        ids = [1, *(int(i) for i in rng.choice([0, 4, 5, 6, 7, 8], length)), 2]
        want = _one_by_one(log_probs, ids, range(1, len(ids) - 1), lambda place: [place])
        got = answer(log_probs, ids, MASK_ID)
        expect(np.ndim(got) == 0, "return one number, the sum over the tokens", got=got)
        expect_close(
            got,
            want,
            "this is not the pseudo-log-likelihood",
            suspects=_pseudo_suspects(log_probs, ids, want),
            on=f"{length} tokens between [CLS] and [SEP]",
        )


def _log_softmax(scores, axis):
    top = scores.max(axis, keepdims=True)
    return scores - top - np.log(np.exp(scores - top).sum(axis, keepdims=True))


def _contrast(first, second, temperature, axis=1, unit=True):
    if unit:
        first, second = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (first, second))
    return float(-np.diag(_log_softmax(first @ second.T / temperature, axis)).mean())


@exercise(points=4, minutes=25, difficulty=3)
def contrastive_loss(answer, rng):
    for n, temperature in ((3, 0.5), (5, 0.2), (4, 0.05)):
        first = rng.normal(size=(n, 6)) * rng.uniform(0.5, 3, (n, 1))
        second = first + rng.normal(0, 1.2, (n, 6))
        second *= rng.uniform(0.5, 3, (n, 1))
        unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (first, second)]
        scores = unit[0] @ unit[1].T / temperature
        own, others = np.diag(scores), scores - np.diag(np.full(n, np.inf))
        want = _contrast(first, second, temperature)
        got = answer(first.copy(), second.copy(), temperature)
        expect(np.ndim(got) == 0, "return one number, the mean over the pairs", got=got)
        expect_close(
            got,
            want,
            "this is not the contrastive loss",
            suspects={
                "the rows must have length 1 before they are multiplied": _contrast(
                    first, second, temperature, unit=False
                ),
                "divide by the temperature; you multiplied": _contrast(first, second, 1 / temperature),
                "the temperature is missing": _contrast(first, second, 1.0),
                "each first text chooses among all second ones: the softmax runs over the second texts": _contrast(
                    first, second, temperature, axis=0
                ),
                "this is the mean of both directions; only the first texts choose here": (
                    want + _contrast(first, second, temperature, axis=0)
                )
                / 2,
                "take the mean over the pairs; this is the sum": n * want,
                "the sign is wrong: a loss is the negative logarithm": -want,
                "the right partner belongs into the denominator, too": float(
                    -(own - np.log(np.exp(others).sum(1))).mean()
                ),
                "this is the surprise at all partners; only the own one is right": float(
                    -_log_softmax(scores, 1).mean()
                ),
                "nobody competes: subtract the logarithm of the sum over all partners": float(-own.mean()),
            },
            on=f"{n} pairs, temperature {temperature}",
        )


@contrastive_loss.part(points=1)
def contrastive_loss_cold(answer, rng):
    second = rng.normal(size=(4, 6))
    _cold(answer, second.copy(), second, "4 equal pairs, temperature 0.001")
    first = np.roll(second, 1, axis=0)
    first[0] = -(second / np.linalg.norm(second, axis=1, keepdims=True)).mean(0)  # far from every text
    _cold(answer, first, second, "4 wrong pairs, temperature 0.001")


def _cold(answer, first, second, on):
    want = _contrast(first, second, 0.001)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        got = answer(first.copy(), second.copy(), 0.001)
    overflow = "a low temperature makes large scores, and exp of them is infinite: subtract the row's maximum first"
    quotient = "the logarithm of 0 is infinite: write it as the score minus the logarithm of the sum"
    row = "the sum of a row was rounded to 0: subtract that row's own maximum, not the largest of all scores"
    expect(not np.isnan(got), overflow, got=got, want=want, on=on)
    expect(got != -np.inf, row, got=got, want=want, on=on)
    expect(got != np.inf, quotient, got=got, want=want, on=on)
    expect_close(got, want, "wrong at a low temperature", on=on)
