"""Checks for the exercises to lesson 09, `seq2seq`."""

from collections import Counter

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_equal, expect_shape, expect_type


def _one_step(rng, lengths, h_size, c_size):
    """A batch for one step of attention: states, matrix and mask, as float64 tensors."""
    import torch

    b, s = len(lengths), max(lengths) + 1
    h, states = torch.tensor(rng.normal(size=(b, h_size))), torch.tensor(rng.normal(size=(b, s, c_size)))
    w = torch.tensor(rng.normal(size=(h_size, c_size)))
    mask = torch.arange(s) < torch.tensor(lengths)[:, None]
    return h, states, w, mask


def _softmax(scores, axis):
    powers = np.exp(scores - scores.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def _attention_suspects(scores, mask, size):
    """What a misconception gives as weights; `scores` (B, S) and `mask` as arrays."""
    masked = np.where(mask, scores, -np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        across = np.nan_to_num(_softmax(scores, 0) * mask)
        renormalized = _softmax(np.where(mask, -np.inf, scores), 1)
        return {
            "the softmax runs over the batch; the places of one text compete, along dim=1": across,
            "the softmax runs over the batch (and the mask belongs before it): use dim=1": _softmax(scores, 0),
            "padding takes part in the softmax: set its scores to -inf before it": _softmax(scores, 1) * mask,
            "padding gets weight: the mask was not used": _softmax(scores, 1),
            "a score of 0 is no mask, e⁰ is 1: use -inf": _softmax(scores * mask, 1),
            "the mask is True at real tokens; you kept the padding": renormalized,
            "this score is not scaled: the division by √d belongs to another attention": _softmax(
                masked / np.sqrt(size), 1
            ),
            "there is no tanh in this score": _softmax(np.where(mask, np.tanh(scores), -np.inf), 1),
        }


def _compare_attention(answer, step, on):
    import torch
    import torch.nn.functional as F

    h, states, w, mask = step
    got = answer(*step)
    expect_type(got, (tuple, list), "return two things: the context and the weights")
    expect(len(got) == 2, "return two things: the context and the weights", got=len(got), want=2)
    context, weights = (part.detach() if hasattr(part, "detach") else torch.as_tensor(part) for part in got)
    expect_shape(weights, mask.shape, "the weights are (B, S), and come second: one for each place")
    expect_shape(context, (len(h), states.shape[2]), "the context is (B, C), and comes first")
    eye = torch.eye(mask.shape[1], dtype=states.dtype).expand(len(h), -1, -1)
    query = (h @ w)[:, None]  # one query each; outside truth: torch's own attention, whose values give back the weights
    want = F.scaled_dot_product_attention(query, states, eye, attn_mask=mask[:, None], scale=1.0)[:, 0]
    scores = (query @ states.mT)[:, 0].numpy()
    suspects = _attention_suspects(scores, mask.numpy(), states.shape[2])
    if w.shape[0] == w.shape[1]:
        other = ((h @ w.T)[:, None] @ states.mT)[:, 0].numpy()
        suspects["W is turned over: the score is hᵀ W s, with h on its left"] = _softmax(
            np.where(mask.numpy(), other, -np.inf), 1
        )
        plain = (h[:, None] @ states.mT)[:, 0].numpy()
        suspects["the matrix W is missing in the score"] = _softmax(np.where(mask.numpy(), plain, -np.inf), 1)
    with np.errstate(invalid="ignore"):
        half = _softmax(np.where(mask.numpy(), scores, -np.inf), 0)  # not a number where a column is all padding
    expect(
        not np.allclose(np.asarray(weights, float), half, equal_nan=True),
        "the mask is at work, but the texts of the batch compete: the places of one text lie along dim=1",
        got=weights,
        on=on,
    )
    expect(
        bool(np.isfinite(np.asarray(weights, float)).all()),
        "not all weights are numbers: exp overflows above 709 (take the largest score off first, as softmax does)",
        got=weights,
        on=on,
    )
    expect_close(weights, want, "these are not the weights of general attention", suspects=suspects, on=on)
    mean = (want[:, None] @ states)[:, 0]
    lengths = mask.sum(1, keepdim=True)
    projected = (want[:, None] @ (states @ w.T))[:, 0] if w.shape[0] == w.shape[1] else mean * torch.nan
    wrong = {
        "the weights are right, but the context is divided by the number of places: the weights sum to 1 already": mean
        / lengths,
        "the weights are right, but the context is the plain mean of the states": (states * mask[..., None]).sum(1)
        / lengths,
        "the weights are right, but the mean is of the states as they are, without W": projected,
    }
    expect_close(context, mean, "the weights are right, the context is not their mean of the states", suspects=wrong)


@exercise(points=3, minutes=20, difficulty=2)
def general_attention(answer, rng):
    for size in ((3, 3), (4, 4), (3, 5)):
        lengths = [int(n) for n in rng.integers(2, 7, 4)]
        step = _one_step(rng, lengths, *size)
        _compare_attention(answer, step, f"four texts of {lengths} tokens, H = {size[0]}, C = {size[1]}")


@general_attention.part(points=2)
def general_attention_of_padding(answer, rng):
    h, states, w, mask = _one_step(rng, [5, 2, 1], 3, 4)
    weights = answer(h, states, w, mask)[1]
    expect(
        bool((weights[~mask] == 0).all()) and np.allclose(weights.sum(1), 1),
        "the weights of padding must be exactly 0, and those of the tokens sum to 1",
        got=weights,
        on="texts of 5, 2 and 1 tokens",
    )
    louder = states.clone()
    louder[~mask] += 50.0 * rng.choice([-1, 1])
    again = answer(h, louder, w, mask)
    expect_close(
        again[0], answer(h, states, w, mask)[0], "the context changed when only padding changed", on="other padding"
    )
    h, states, w, mask = _one_step(rng, [4, 3], 3, 4)
    scores = ((h @ w)[:, None] * states).sum(2) * mask
    largest = scores.gather(1, scores.abs().argmax(1, keepdim=True))  # (B, 1)
    _compare_attention(answer, (h * 2000 / largest, states, w, mask), "scores up to 2000, where exp alone overflows")


def _runs(text, n):
    return Counter(zip(*[text.split()[i:] for i in range(n)]))


def _bleu(written, references, longest, *, clip="max", length="closest", mean=False, penalty=True):
    """BLEU with one belief exchanged; the truth itself comes from sacrebleu."""
    scores = [np.array(_parts(ours, theirs, longest, clip, length), float) for ours, theirs in zip(written, references)]
    if mean:
        return float(np.mean([_from_parts(part, longest, penalty) for part in scores]))
    return _from_parts(np.sum(scores, axis=0), longest, penalty)


def _parts(ours, theirs, longest, clip, length):
    """Right and total runs of each length, and the two lengths in words."""
    numbers = []
    for n in range(1, longest + 1):
        found, counters = _runs(ours, n), [_runs(reference, n) for reference in theirs]
        best = max((found & counter).total() for counter in counters)
        union, summed = Counter(), Counter()
        for counter in counters:
            union |= counter
            summed += counter
        right = {
            "max": (found & union).total(),
            "one": best,
            "sum": (found & summed).total(),
            "none": sum(count for run, count in found.items() if run in union),
            "first": (found & counters[0]).total(),
        }[clip]
        numbers += [right, found.total()]
    c, lengths = len(ours.split()), [len(reference.split()) for reference in theirs]
    r = {
        "closest": min(lengths, key=lambda k: (abs(k - c), k)),
        "longer": min(lengths, key=lambda k: (abs(k - c), -k)),
        "shortest": min(lengths),
        "longest": max(lengths),
        "first": lengths[0],
        "mean": sum(lengths) / len(lengths),
    }[length]
    return [*numbers, c, r]


def _from_parts(parts, longest, penalty=True):
    *counts, c, r = parts
    precisions = [right / max(total, 1) for right, total in zip(counts[0::2], counts[1::2])]
    factor = np.exp(1 - r / c) if penalty and r > c else 1.0
    return float(100 * factor * np.prod(precisions) ** (1 / longest))


def _corpus(rng, longer):
    """Three texts with two or three references; `longer`: what is written has more words than any reference."""
    letters = list("abcdef")
    written, references = [], []
    for n in (7, 8, 9):
        ours = [*rng.choice(letters, n - 4), "h", "h", "h", "h"]  # more of one word than all references together
        far, extra = list("xyz") * 8, 0 if longer or n < 9 else 10  # and all references of one text are long
        theirs = [  # the closest in length; a short one; and one further off
            [*ours[: n - 4], "h", *far[: 2 if longer else 4 + extra]],
            ["h", "h", *ours[1:3], *far[: 2 * extra]],
            [*far[: n - 3 if longer else n + 3 + extra], ours[0]],
        ]
        written.append(" ".join(ours))
        references.append([" ".join(theirs[i]) for i in rng.permutation(3)])
    return written, references


def _truth(written, references, longest):
    from sacrebleu.metrics import BLEU

    columns = [list(column) for column in zip(*references)]
    metric = BLEU(max_ngram_order=longest, smooth_method="none", tokenize="none")
    return metric.corpus_score(written, columns).score


def _compare_bleu(answer, written, references, longest):
    given = written, references, longest
    beliefs = {
        "clip by the reference that has the run most often; each run may have another": {"clip": "one"},
        "the references' counts must not be added up: the largest of them is the limit": {"clip": "sum"},
        "a run counts at most as often as in a reference: clip it": {"clip": "none"},
        "only the first reference was used": {"clip": "first", "length": "first"},
        "only the first reference was used for the clipping": {"clip": "first"},
        "the brevity penalty is missing": {"penalty": False},
        "of two equally close lengths the shorter one counts": {"length": "longer"},
        "the length that counts is the closest one, not the shortest": {"length": "shortest"},
        "the length that counts is the closest one, not the longest": {"length": "longest"},
        "the length that counts is the closest one, not the first reference's": {"length": "first"},
        "the length that counts is the closest one, not the mean": {"length": "mean"},
        "sum the counts of all texts and divide once; the mean of single scores is another number": {"mean": True},
    }
    right = _truth(*given)
    suspects = {"BLEU runs from 0 to 100": right / 100}
    suspects |= {says: _bleu(*given, **belief) for says, belief in beliefs.items()}
    parts = np.sum([_parts(o, t, longest, "max", "closest") for o, t in zip(written, references)], axis=0)
    *counts, c, r = parts
    precisions = np.array(counts[0::2]) / np.array(counts[1::2])
    factor = min(1.0, np.exp(1 - r / c))
    suspects["the precisions are combined by their geometric mean, not the plain one"] = (
        100 * factor * precisions.mean()
    )
    suspects["the root of the product is missing: the mean is (p₁ · p₂ …)^(1/longest)"] = (
        100 * factor * precisions.prod()
    )
    suspects["who writes more than the references gets no bonus: the penalty is at most 1"] = (
        100 * np.exp(1 - r / c) * precisions.prod() ** (1 / longest)
    )
    expect_close(answer(*given), right, "this is not BLEU with several references", suspects=suspects, rtol=1e-5)


@exercise(points=3, minutes=30, difficulty=3)
def bleu(answer, rng):
    for longest in (1, 2, 2):
        _compare_bleu(answer, *_corpus(rng, longer=False), longest)


@bleu.part(points=2)
def bleu_of_lengths(answer, rng):
    _compare_bleu(answer, *_corpus(rng, longer=True), 2)
    size = int(rng.integers(5, 9))
    ours = ["a", "b", "c", "d", *rng.choice(list("efg"), size - 4)]
    # One word shorter and one word longer: equally close; then the longer one first.
    shorter, longer = ours[:-1], [*ours[:3], "z", *ours[3:]]
    for theirs in ([shorter, longer], [longer, shorter]):
        pair = [" ".join(theirs[0]), " ".join(theirs[1])]
        far = [" ".join([*ours, "y", "y", "y"]), " ".join([*ours, "y", "y"])]
        _compare_bleu(answer, [" ".join(ours), " ".join(ours[:-1])], [pair, far], 2)


def _forced(rng):
    """True inputs with START and padding, a model's guesses, and draws, some of them on either side of the share."""
    b, t = 4, 7
    target, own = rng.integers(3, 20, (b, t)), rng.integers(20, 40, (b, t))
    target[:, 0] = 1
    for row, length in enumerate(rng.permutation([3, 5, 6, 7])):
        target[row, length:] = 0
        target[row, length - 1] = 2  # END, which is a token like the others
    low = rng.random((b, t)) < 0.5
    low[:2, 0] = True, False  # START is among those drawn, and among those not drawn
    draws = np.where(low, rng.uniform(0.0, 0.25, (b, t)), rng.uniform(0.75, 1.0, (b, t)))
    return target, own, draws


def _mix(target, own, replace):
    return np.where(replace, own, target)


@exercise(points=3, minutes=20, difficulty=2)
def mixed_inputs(answer, rng):
    for share in (0.3, 0.6, 0.7):
        target, own, draws = _forced(rng)
        draws[2, 1] = share  # not below it
        draws[3, (target[3] == 2).argmax()] = share / 2
        before = target.copy()
        moved = np.roll(own, 1, axis=1)
        back = np.roll(own, -1, axis=1)
        real, first = target != 0, np.arange(target.shape[1]) == 0
        chosen = draws < share
        moved_draws = np.roll(chosen, 1, axis=1)
        got = answer(target, own, draws, share)
        expect_shape(got, target.shape)
        expect(np.array_equal(target, before), "`target` was changed: work on a copy of it")
        suspects = {
            "what is written at step t is read at step t + 1: move `own` by one": _mix(
                target, own, chosen & real & ~first
            ),
            "`own` is used where it stands, and START must stay: what is written at step t is read at step t + 1": _mix(
                target, own, chosen & real
            ),
            "`own` was moved the wrong way: step t gets what was written at step t - 1": _mix(
                target, back, chosen & real & ~first
            ),
            "the model's token is used where the draw is below the share; you used it where it is above": _mix(
                target, moved, ~chosen & real & ~first
            ),
            "a draw that equals the share is not below it": _mix(target, moved, (draws <= share) & real & ~first),
            "END is a token like the others: it is replaced, too": _mix(
                target, moved, chosen & real & ~first & (target != 2)
            ),
            "PAD stays PAD": _mix(target, moved, chosen & ~first),
            "START is never replaced": _mix(target, moved, chosen & real),
            "START and PAD must both stay as they are": _mix(target, moved, chosen),
            "START and PAD must stay as they are, and `own` is used where it stands: move it by one": _mix(
                target, own, chosen
            ),
            "draws[b, t] belongs to the input at step t: `own` is moved, the draws are not": _mix(
                target, moved, moved_draws & real & ~first
            ),
            "you replaced every token, whatever was drawn": _mix(target, moved, real & ~first),
            "one draw a row was used for the whole row; each step has its own": _mix(
                target, moved, chosen[:, :1] & real & ~first
            ),
        }
        expect_equal(got, _mix(target, moved, chosen & real & ~first), "these are not the inputs", suspects=suspects)


@mixed_inputs.part(points=1)
def mixed_inputs_at_the_ends(answer, rng):
    target, own, draws = _forced(rng)
    expect_equal(
        answer(target, own, draws, 0.0), target, "with a share of 0 this is plain teacher forcing", on="share 0"
    )
    moved = np.roll(own, 1, axis=1)
    want = np.where((target != 0) & (np.arange(target.shape[1]) > 0), moved, target)
    expect_equal(
        answer(target, own, draws, 1.0), want, "with a share of 1 every token after START is the model's", on="share 1"
    )
