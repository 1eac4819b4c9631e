"""Checks for the exercises to lesson 20, `instruct`."""

import numpy as np

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, refuse


def _talks(rng):
    """Turns whose words may be any token, the names of the roles and the marks too."""
    roles = {"system": 10, "user": 11, "assistant": 12}
    for answers in (1, 2, 3):
        names = ["user", "assistant"] * answers
        if answers != 2:
            names = ["system", *names]
        turns = [(name, rng.integers(13, 60, int(rng.integers(2, 6))).tolist()) for name in names]
        yield turns, roles
    said = [12, 3, *rng.integers(13, 60, 2).tolist(), 2]  # a user who writes what looks like an answer
    yield [("user", said), ("assistant", rng.integers(13, 60, 3).tolist()), ("user", [12, 3, 40])], roles
    yield [("user", [20, 1, *said, 3]), ("assistant", rng.integers(13, 60, 3).tolist())], roles
    said = [*rng.integers(13, 60, 2).tolist(), 2, 3, *rng.integers(13, 60, 2).tolist()]  # an answer that goes on
    yield [("user", [21, 22]), ("assistant", said)], roles
    yield [("user", [23]), ("assistant", []), ("user", [24, 25]), ("assistant", [26])], roles


def _searched(ids, begin):
    """The marks of those who look for the beginning of an answer in the finished ids, and stop at the next `end`."""
    marks, on = [], False
    for place, one in enumerate(ids):
        on = on or tuple(ids[max(0, place - len(begin)) : place]) == begin
        marks.append(int(on))
        on = on and one != 2
    return marks


def _stopped(said, counts):
    """The marks of one turn where the first `end` is taken for its last."""
    spoken = [*said, 2].index(2) + 1
    return [0] * 3 + [int(counts)] * spoken + [0] * (len(said) + 2 - spoken)


@exercise(points=4, minutes=15, difficulty=1)
def whole_talk(answer, rng):
    for turns, roles in _talks(rng):
        written = [([1, roles[name], 3], said, [2], [3], name) for name, said in turns]
        ids = [one for begin, said, end, line, _ in written for one in (*begin, *said, *end, *line)]

        def marks(begin, said, end, line, of=("assistant",), last=False, written=written):
            last_place = max(place for place, one in enumerate(written) if one[4] == "assistant")
            found = []
            for place, (head, words, _, _, name) in enumerate(written):
                counts = name in of and (not last or place == last_place)
                parts = ((begin, len(head)), (said, len(words)), (end, 1), (line, 1))
                found += [int(counts and on) for on, length in parts for _ in range(length)]
            return found

        want = marks(0, 1, 1, 0)
        got = answer(turns, 1, 2, 3, roles)
        expect(isinstance(got, (tuple, list)) and len(got) == 2, "return two lists: the ids, and the marks", got=got)
        expect(
            list(got[0]) == ids,
            "the ids are not those of the template: start, role, newline, what was said, end, newline",
            got=got[0],
            want=ids,
        )
        expect(len(got[1]) == len(ids), "there must be one mark for each id", got=len(got[1]), want=len(ids))
        shifted = [*want[1:], 0]
        stopped = [mark for begin, said, *_, name in written for mark in _stopped(said, name == "assistant")]
        silent = [place for place, (begin, said, *_, name) in enumerate(written) if name == "assistant" and not said]
        no_empty = list(want)
        for place in silent:
            no_empty[sum(len(begin) + len(said) + 2 for begin, said, *_ in written[:place]) + 3] = 0
        expect_close(
            [int(mark) for mark in got[1]],
            want,
            "the marks are not where the assistant writes",
            suspects={
                "an empty answer ends too: its `end` counts, though nothing was said": no_empty,
                "an `end` inside an answer does not end it: the turn says where it ends": stopped,
                "do not search the ids for the beginning of an answer: a message of the user may hold it": _searched(
                    ids, (1, 12, 3)
                ),
                "do not search the ids for the assistant's name: a message of the user may hold it": _searched(
                    ids, (12, 3)
                ),
                "only one answer counts here: every turn of the assistant does": marks(0, 1, 1, 0, last=True),
                "the `end` of an answer counts: the assistant must learn to stop": marks(0, 1, 0, 0),
                "start, role and newline are written by the program, not by the assistant": marks(1, 1, 1, 0),
                "the newline after `end` is not written by the assistant": marks(0, 1, 1, 1),
                "the whole turn counts here: its beginning and its last newline should not": marks(1, 1, 1, 1),
                "what the user and the system say must not count": marks(
                    0, 1, 1, 0, of=("user", "assistant", "system")
                ),
                "you marked the user's turns instead of the assistant's": marks(0, 1, 1, 0, of=("user",)),
                "the marks are exchanged: 1 is for what counts": [1 - mark for mark in want],
                "the marks stand one place too early: they belong to the ids, not to the predictions": shifted,
            },
        )


def _adapter(rng, rank, inside, outside):
    A, B = rng.standard_normal((rank, inside)), rng.standard_normal((outside, rank))
    return A, B, float(rng.choice([1.0, 4.0, 6.0, 16.0]) * rng.uniform(0.8, 1.2))


def _change(adapter):
    A, B, alpha = adapter
    return alpha / len(A) * B @ A


def _opened(got, rank, inside, outside):
    """The change of an answer, once it has the shape of an adapter."""
    expect(isinstance(got, (tuple, list)) and len(got) == 3, "return three things: (A, B, alpha)", got=got)
    A, B, alpha = np.asarray(got[0]), np.asarray(got[1]), got[2]
    expect(
        A.ndim == 2 and B.ndim == 2 and A.shape[1] == inside and B.shape[0] == outside,
        "A must be (rank, in) and B (out, rank)",
        got=(A.shape, B.shape),
        want=((rank, inside), (outside, rank)),
    )
    expect(len(A) == B.shape[1], "A must have as many rows as B has columns", got=(A.shape, B.shape))
    expect(
        len(A) == rank or len(A) != min(inside, outside),
        "the rank must be the sum of both ranks, also where that is more than the smaller side of the matrix",
        got=len(A),
        want=rank,
    )
    expect(
        len(A) == rank,
        "the rank must be the sum of both ranks: (B1 + B2)(A1 + A2) is not B1 A1 + B2 A2",
        got=len(A),
        want=rank,
    )
    return _change((A, B, float(alpha)))


def _joined(answer, first, second, *weights):
    """Join two adapters by the learner's function, and test the change."""
    got = answer(first, second, *weights)
    (A1, B1, alpha1), (A2, B2, alpha2) = first, second
    total, weight = len(A1) + len(A2), weights[0] if weights else 1.0
    change = _opened(got, total, A1.shape[1], len(B1))
    expect(not np.isnan(change).any(), "the change holds nan: take no root of a negative weight", got=change)
    one, two = _change(first), _change(second)
    raw = B1 @ A1 + weight * B2 @ A2
    with_alphas = alpha1 * B1 @ A1 + weight * alpha2 * B2 @ A2
    expect_close(
        change,
        one + weight * two,
        "the change is not that of the two adapters together",
        rtol=1e-6,
        atol=1e-8,
        suspects={
            "each adapter's own factor alpha / rank is lost": raw,
            "the alphas were added: each adapter has a factor of its own": (alpha1 + alpha2) / total * raw,
            "the first adapter's alpha was taken for both": alpha1 / total * raw,
            "the factors were put into B, and the new alpha / rank, which multiplies them again, is not 1": (
                (alpha1 + alpha2) / total * (one + weight * two)
            ),
            "with a new alpha of 1, everything becomes too small by the new rank": (one + weight * two) / total,
            "the weight is not used": one + two,
            "the weight was put into A and into B, so that it counts twice": one + weight**2 * two,
            "the factors were put into A and into B, so that they count twice": (
                alpha1 / len(A1) * one + weight * alpha2 / len(A2) * two
            ),
            "factors and weight stand in A as well as in B: once is enough": (
                alpha1 / len(A1) * one + weight**2 * alpha2 / len(A2) * two
            ),
            "the sign of the weight is lost: a negative one takes the second adapter away": one + abs(weight) * two,
            "the weight belongs to the second adapter": weight * one + two,
            "the weight was applied to both adapters": weight * (one + two),
            "the factors are divided by the new rank: each belongs to its own": with_alphas / total,
            "the factor alpha without its rank": with_alphas,
        },
    )
    return got


@exercise(points=4, minutes=25, difficulty=2)
def join_adapters(answer, rng):
    for ranks in ((2, 2), (2, 3), (4, 1), (4, 3)):
        first, second = (_adapter(rng, rank, 7, 5) for rank in ranks)
        _joined(answer, first, second, float(rng.uniform(0.3, 0.8)))


@join_adapters.part(points=1)
def taken_away(answer, rng):
    first, second = _adapter(rng, 2, 6, 4), _adapter(rng, 2, 6, 4)
    both = _joined(answer, first, second)
    _joined(answer, first, second, float(rng.uniform(-0.8, -0.3)))
    A, B, alpha = answer(both, second, -1.0)
    expect_close(
        _change((A, B, float(alpha))),
        _change(first),
        "with a weight of -1 the second adapter must cancel",
        rtol=1e-6,
        atol=1e-8,
    )


@exercise(points=4, minutes=20, difficulty=2)
def extract_adapter(answer, rng):
    for inside, outside in ((9, 6), (5, 8), (6, 6)):
        rank, alpha = int(rng.integers(2, 4)), float(rng.uniform(5, 20))
        change = rng.standard_normal((inside, outside)) * np.linspace(3, 0.3, outside)
        got = answer(change, rank, alpha)
        expect(isinstance(got, (tuple, list)) and len(got) == 2, "return two matrices: (A, B)", got=got)
        A, B = np.asarray(got[0]), np.asarray(got[1])
        swapped = A.shape == (outside, rank) and B.shape == (rank, inside)
        expect(not swapped, "A and B are exchanged: A is (rank, in), B is (out, rank)", got=(A.shape, B.shape))
        expect(
            A.shape == (rank, inside) and B.shape == (outside, rank),
            "A must be (rank, in) and B (out, rank); the change comes as (in, out)",
            got=(A.shape, B.shape),
            want=((rank, inside), (outside, rank)),
        )
        values, vectors = np.linalg.eigh(change @ change.T)  # an outside way to the same directions
        order = np.argsort(values)[::-1]
        top, low = vectors[:, order[:rank]], vectors[:, order[: min(inside, outside)]][:, -rank:]
        best, smallest = (top @ top.T @ change).T, (low @ low.T @ change).T
        directions = top / np.sqrt(values[order[:rank]])
        no_values = (directions @ top.T @ change).T
        squared = change.T @ (top * np.sqrt(values[order[:rank]])) @ top.T
        suspects = {
            "the factor alpha / rank is forgotten: the adapter will be multiplied with it": alpha / rank * best,
            "the product was multiplied with alpha / rank where it must be divided by it": (alpha / rank) ** 2 * best,
            "alpha was taken into account, its rank was not": best / rank,
            "alpha / rank was divided out of A and of B: once is enough": rank / alpha * best,
            "the singular values stand on both sides: once is enough": squared,
            "the singular values stand on both sides, and alpha / rank is forgotten": alpha / rank * squared,
            "the singular values are missing": no_values,
            "these are the smallest directions: svd gives the largest first": smallest,
        }
        if inside == outside:
            suspects["the change has the layout (in, out), the product B A (out, in): one has to be turned"] = best.T
        expect_close(
            alpha / rank * B @ A,
            best,
            "alpha / rank · B A is not the nearest product of this rank",
            rtol=1e-5,
            atol=1e-8,
            suspects=suspects,
        )


@extract_adapter.part(points=1)
def rank_too_large(answer, rng):
    for shape in ((6, 4), (4, 6)):
        change, matrix = rng.standard_normal(shape), "a matrix of {} × {}".format(*shape)
        try:
            A, B = answer(change, 4, 4.0)
        except ValueError as error:
            refuse(f"rank 4 of {matrix} is allowed: only a larger one is refused", got=f"ValueError: {error}")
        expect_close(
            np.asarray(B) @ np.asarray(A), change.T, "with the full rank nothing is lost", rtol=1e-6, atol=1e-9
        )
        rank = int(rng.integers(5, 7))
        try:
            got = answer(change, rank, float(rank))
        except ValueError as error:
            said = str(error)
            expect(bool(said.strip()), "say in the ValueError what is wrong with the rank", on="")
            expect(str(rank) in said, "name in the ValueError the rank that was asked for", got=said, want=str(rank))
        else:
            limit = "has at most rank 4" if shape[0] > shape[1] else "too has at most rank 4, the smaller side counts"
            expect(False, f"{matrix} {limit}: raise a ValueError for {rank}", got=got)
