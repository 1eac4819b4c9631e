"""A source of text whose exact entropy is known: the floor that no model can go below.

Two things are to be learned. Letters follow a random law of order 2: each depends on the two symbols before it. And
at any moment, with probability h, comes a bracket: outside brackets an opening one of a random kind, inside them the
closing one *of the same kind*, however long ago the opening was. Letters are for counting; brackets need a memory.

Whoever has read the text from its start knows the state of the source (the last two symbols, and which bracket is
open), so the entropy rate is exactly the mean over states of the entropy of the next symbol (Shannon, "A Mathematical
Theory of Communication", 1948, section 7).
"""

from bisect import bisect
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["KnownSource", "known_source"]

LETTERS = "abcdefghijklmnopqrstuvwxyz "
BRACKETS = "()[]{}<>"


@dataclass(frozen=True)
class KnownSource:
    """A machine that emits a symbol in each state; symbol and state decide the next state. It starts in state 0.

    symbols: the alphabet, V bytes. probs: (S, V) what each state emits, rows sum to 1. next_state: (S, V) int.
    bracket_rate: h, and kinds: how many kinds of brackets; both only for `floor`.
    """

    symbols: bytes
    probs: np.ndarray
    next_state: np.ndarray
    bracket_rate: float = 0.0
    kinds: int = 1

    def stationary(self) -> np.ndarray:
        """Return the share of time spent in each state in the long run: (S,), sums to 1.

        By letting the probabilities flow until they stay. Raises ArithmeticError when they do not.
        """
        share = np.zeros(len(self.probs))
        share[0] = 1.0
        for _ in range(100_000):
            flow = share[:, None] * self.probs
            moved = np.bincount(self.next_state.ravel(), flow.ravel(), len(share))
            moved = (share + moved) / 2  # waiting half of the time changes no share, and stops any cycling
            if np.abs(moved - share).sum() < 1e-15:
                return moved
            share = moved
        raise ArithmeticError("the shares of the states did not settle: is the source in one piece?")

    @cached_property
    def entropy_rate(self) -> float:
        """The floor in bits per symbol: the mean over states of the entropy of what they emit."""
        p = np.where(self.probs > 0, self.probs, 1.0)  # 0 log 0 = 0
        return float(self.stationary() @ -(p * np.log2(p)).sum(axis=1))

    def floor(self, context: int) -> float:
        """Return the floor for a model that sees only the last ``context`` symbols, at least 2 of them.

        An n-gram model of order N sees N - 1. Without a bracket in sight (probability (1 - h)^context) it cannot know
        whether one is open, nor which: then each of the 2 K brackets is as likely, log2(2 K) bits, against a
        mean of (log2 K + 0) / 2 for one who remembers.
        """
        if context < 2:
            raise ValueError(f"the letters depend on two symbols: context must be at least 2, got {context}")
        lost = np.log2(2 * self.kinds) - np.log2(self.kinds) / 2
        return float(self.entropy_rate + self.bracket_rate * (1 - self.bracket_rate) ** context * lost)

    def sample(self, n: int, rng: np.random.Generator) -> bytes:
        """Draw the first n symbols of a text; about 1 s for two million.

        >>> known_source(seed=0).sample(20, np.random.default_rng(0)).isascii()
        True
        """
        cumulative = self.probs.cumsum(axis=1)
        cumulative[:, -1] = 1.0  # against rounding
        rows, next_state = cumulative.tolist(), self.next_state.tolist()
        state, text = 0, bytearray()
        for u in rng.random(n).tolist():
            symbol = bisect(rows[state], u)
            text.append(self.symbols[symbol])
            state = next_state[state][symbol]
        return bytes(text)

    def log_prob(self, text: bytes) -> np.ndarray:
        """Return what the best possible model says of a text drawn from its start: (T,) nats per symbol.

        Its mean is near -entropy_rate * ln 2, and differs by the luck of this one text.
        """
        column = {symbol: v for v, symbol in enumerate(self.symbols)}
        if unknown := set(text) - set(self.symbols):
            raise ValueError(f"this source never emits {bytes(sorted(unknown))!r}")
        probs, next_state = self.probs.tolist(), self.next_state.tolist()
        state, p = 0, []
        for symbol in map(column.__getitem__, text):
            p.append(probs[state][symbol])
            state = next_state[state][symbol]
        with np.errstate(divide="ignore"):
            return np.log(p)


def known_source(
    seed: int,
    letters: str = LETTERS,
    brackets: str = BRACKETS,
    bracket_rate: float = 0.1,
    concentration: float = 0.05,
) -> KnownSource:
    """Make a source: letters of order 2 with Dirichlet rows, interrupted by brackets that must match.

    brackets: pairs, "()[]"; "" for a plain Markov source, which an n-gram model can learn entirely. concentration: of
    the Dirichlet distribution; the smaller, the more predictable the letters.

    >>> source = known_source(seed=0)
    >>> source.probs.shape  # (1 outside + 4 kinds) * 28 * 28 last two symbols; 27 letters + 8 brackets
    (3920, 35)
    """
    if len(brackets) % 2 or len(set(letters + brackets)) < len(letters + brackets) or not letters:
        raise ValueError("letters must be given, brackets come in pairs, and no symbol may come twice")
    if not 0 < bracket_rate < 1 or not concentration > 0:
        raise ValueError(f"need 0 < bracket_rate < 1 and concentration > 0: {bracket_rate}, {concentration}")
    rate, kinds, n = bracket_rate if brackets else 0.0, len(brackets) // 2, len(letters)
    rows = np.random.default_rng(seed).dirichlet(np.full(n, concentration), (n + 1) ** 2)
    probs = np.zeros((kinds + 1, (n + 1) ** 2, n + 2 * kinds))  # (open kind, the last two symbols, next symbol)
    probs[..., :n] = (1 - rate) * rows
    for kind in range(kinds):
        probs[0, :, n + 2 * kind] = rate / kinds  # outside: any opening bracket
        probs[kind + 1, :, n + 2 * kind + 1] = rate  # inside: the one that closes it
    symbols = (letters + brackets).encode("ascii")
    moves = _next_states(n, kinds)
    return KnownSource(symbols, probs.reshape(moves.shape), moves, rate, max(kinds, 1))


def _next_states(n: int, kinds: int) -> np.ndarray:
    """Return where each symbol leads from each state, (S, V), for n letters and some kinds of brackets.

    State number: (m * (n + 1) + a) * (n + 1) + b. The open kind is m, 0 outside; the last two symbols are a and
    b, where letters are 1..n and 0 stands for a bracket or the start of the text.
    """
    m, _, b, symbol = np.indices((kinds + 1, n + 1, n + 1, n + 2 * kinds))
    after_letter = (m * (n + 1) + b) * (n + 1) + symbol + 1
    opened = np.where((symbol - n) % 2 == 0, (symbol - n) // 2 + 1, 0)
    after_bracket = opened * (n + 1) ** 2
    return np.where(symbol < n, after_letter, after_bracket).reshape(-1, n + 2 * kinds)
