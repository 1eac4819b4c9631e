"""What becomes of a drafted token: by the rule of speculative decoding, and by the mistakes that learners make.

Leviathan et al. 2023, "Fast Inference from Transformers via Speculative Decoding", algorithm 1.
"""

from collections.abc import Callable, Sequence

import numpy as np

# A token that the draft has drawn, and two numbers from [0, 1): one decides, one draws the replacement.
Point = tuple[int, float, float]
# Of p, q and the token: below which number it is kept, and the weights from which its replacement is drawn.
Ratio = Callable[[np.ndarray, np.ndarray, int], float]
Rest = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def walk(weights: np.ndarray, w: float) -> int:
    """The token at which the running sum of the weights first exceeds w times their sum.

    >>> walk(np.array([0.0, 1.0, 3.0]), 0.0), walk(np.array([0.0, 1.0, 3.0]), 0.5)
    (1, 2)
    """
    running = np.cumsum(weights)
    return int(min(np.searchsorted(running, w * running[-1], side="right"), len(weights) - 1))


def outcomes(p: np.ndarray, q: np.ndarray, points: Sequence[Point], ratio: Ratio, rest: Rest) -> list[int]:
    """What a rule returns at each point: the token when u is below the ratio, else a draw from the rest.

    >>> outcomes(np.array([0.9, 0.1]), np.array([0.5, 0.5]), [(1, 0.1, 0.5), (1, 0.3, 0.5)], *RIGHT)
    [1, 0]
    """
    return [token if u < ratio(p, q, token) else walk(rest(p, q, token), w) for token, u, w in points]


def drawn_points(rng: np.random.Generator, q: np.ndarray, count: int = 150) -> list[Point]:
    """Tokens from the draft's distribution, each with its two numbers.

    >>> len(drawn_points(np.random.default_rng(0), np.array([0.5, 0.5]), 3))
    3
    """
    return [(int(rng.choice(len(q), p=q)), float(rng.random()), float(rng.random())) for _ in range(count)]


def _ratio(p, q, token):
    return p[token] / q[token]


def _beyond(p, q, token):
    return np.maximum(p - q, 0)


def _without(p, q, token):
    return np.where(np.arange(len(p)) == token, 0, p)


RIGHT = (_ratio, _beyond)
# What a learner is told who has made the mistake, and the mistaken rule.
MISTAKES: dict[str, tuple[Ratio, Rest]] = {
    "the replacement is drawn from all of p: what was kept is counted twice. Draw it from what p has beyond q": (
        _ratio,
        lambda p, q, t: p,
    ),
    "the replacement is drawn from q; draw it from what p has beyond q": (_ratio, lambda p, q, t: q),
    "the replacement is drawn from p without the refused token; draw it from what p has beyond q": (_ratio, _without),
    "what p has beyond q is max(p - q, 0); you took the absolute difference": (_ratio, lambda p, q, t: np.abs(p - q)),
    "that is what q has beyond p; it is p that lacks something": (_ratio, lambda p, q, t: np.maximum(q - p, 0)),
    "the tokens are right, their weights are not: draw with p - q, what p has beyond q, not with p": (
        _ratio,
        lambda p, q, t: np.where(p > q, p, 0),
    ),
    "the replacement is always the token where p is most above q; it must be drawn, with the weights max(p - q, 0)": (
        _ratio,
        lambda p, q, t: np.eye(len(p))[np.argmax(p - q)],
    ),
    "min(p, q) is what guessing and keeping give already; draw the replacement from what is missing, max(p - q, 0)": (
        _ratio,
        lambda p, q, t: np.minimum(p, q),
    ),
    "keep the token with probability p / q; you have q / p": (lambda p, q, t: q[t] / p[t] if p[t] else 9, _beyond),
    "keep the token with probability p / q; you took p alone": (lambda p, q, t: p[t], _beyond),
    "a token with p below q is refused sometimes, not always: it stays with probability p / q": (
        lambda p, q, t: 1.0 if p[t] >= q[t] else 0.0,
        _beyond,
    ),
    "every drafted token was kept: then the text has the draft's distribution": (lambda p, q, t: 1.0, _beyond),
}


def mistaken_outcomes(p: np.ndarray, q: np.ndarray, points: Sequence[Point]) -> dict[str, list[int]]:
    """What each mistake returns at the points, those about the two random numbers included.

    >>> len(mistaken_outcomes(np.array([0.9, 0.1]), np.array([0.5, 0.5]), [(1, 0.3, 0.5)])) == len(MISTAKES) + 3
    True
    """
    beyond = np.maximum(p - q, 0)
    undivided = np.cumsum(beyond)
    found = {said: outcomes(p, q, points, *rule) for said, rule in MISTAKES.items()}
    found["keep the token when u is below p / q, not when it is above"] = [
        token if u > p[token] / q[token] else walk(beyond, w) for token, u, w in points
    ]
    found["divide what p has beyond q by its sum before you compare the running sum with w"] = [
        token if u < p[token] / q[token] else int(min(np.searchsorted(undivided, w, side="right"), len(p) - 1))
        for token, u, w in points
    ]
    found["u decides about keeping and w draws the replacement; you used u for both"] = [
        token if u < p[token] / q[token] else walk(beyond, u) for token, u, w in points
    ]
    return found
