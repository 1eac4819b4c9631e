"""Scaling laws: how the loss falls with parameters and tokens, fitted on small models and asked about larger ones.

L(N, D) = E + A / N^α + B / D^β (Hoffmann et al. 2022, "Training Compute-Optimal Large Language Models", eq. 2): a floor
that no model passes, what too few parameters cost, and what too few tokens cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from llmai_edu.models.llama_config import LlamaConfig

__all__ = ["ScalingLaw", "bootstrap_laws", "fit_scaling_law", "matrix_parameters", "prediction", "training_flops"]

HUBER = 1e-3  # deviations of the logarithm above this count linearly: one bad run must not bend the law


@dataclass(frozen=True)
class ScalingLaw:
    """L(N, D) = E + A / N^α + B / D^β; `law(n, d)` gives the loss.

    >>> law = ScalingLaw(E=1.0, A=10.0, B=100.0, alpha=0.5, beta=0.5)
    >>> float(law(100, 10_000))
    3.0
    """

    E: float
    A: float
    B: float
    alpha: float
    beta: float

    def __call__(self, n: float | np.ndarray, d: float | np.ndarray) -> np.ndarray:
        n, d = np.asarray(n, dtype=float), np.asarray(d, dtype=float)
        return self.E + self.A / n**self.alpha + self.B / d**self.beta

    def best_split(self, flops: float) -> tuple[float, float]:
        """Parameters and tokens that give the lowest loss for so many operations, where 6·N·D = flops.

        Hoffmann et al. 2022, eq. 4: the derivative of the law along that curve is zero there.

        >>> n, d = ScalingLaw(1.0, 10.0, 10.0, 0.5, 0.5).best_split(6e6)     # symmetric: half each
        >>> round(n), round(d)
        (1000, 1000)
        """
        both = self.alpha + self.beta
        scale = (self.alpha * self.A / (self.beta * self.B)) ** (1 / both)
        n = scale * (flops / 6) ** (self.beta / both)
        return n, flops / 6 / n


def fit_scaling_law(
    n: Sequence[float], d: Sequence[float], loss: Sequence[float], *, near: ScalingLaw | None = None
) -> ScalingLaw:
    """Fit the law to runs: minimize the Huber loss of the logarithms, from a grid of starts.

    n, d, loss: parameters, tokens and final loss of each run, (R,) each. near: start there alone, which is fifty times
    faster and right only where the answer is known to be near. Deterministic. Raises ValueError for fewer
    than five runs (the law has five numbers), one size or one budget alone, or a number that is not positive.

    >>> truth = ScalingLaw(E=1.5, A=20.0, B=90.0, alpha=0.4, beta=0.35)
    >>> n, d = np.repeat([1e4, 3e4, 1e5, 3e5], 3), np.tile([1e6, 4e6, 16e6], 4)
    >>> law = fit_scaling_law(n, d, truth(n, d))
    >>> abs(float(law(1e6, 32e6) - truth(1e6, 32e6))) < 0.01
    True
    """
    n, d, loss = (np.asarray(values, dtype=float) for values in (n, d, loss))
    if not n.shape == d.shape == loss.shape or n.ndim != 1:
        raise ValueError(f"n, d and loss must be equally long lists, got {n.shape}, {d.shape} and {loss.shape}")
    if len(n) < 5:
        raise ValueError(f"the law has five numbers, so it needs at least five runs, got {len(n)}")
    if min(n.min(), d.min(), loss.min()) <= 0 or not np.isfinite(loss).all():
        raise ValueError("parameters, tokens and losses must be positive numbers")
    if len(set(n)) < 2 or len(set(d)) < 2:
        raise ValueError("to tell size from data, the runs must differ in both: at least two sizes and two budgets")
    log_n, log_d, log_loss = np.log(n), np.log(d), np.log(loss)
    # Centred, A / N^α is a cost at the middle of the runs: the numbers are less entangled, and the search is shorter.
    mid_n, mid_d = log_n.mean(), log_d.mean()

    def objective(x: np.ndarray) -> tuple[float, np.ndarray]:
        e, a, b, alpha, beta = x
        ones = np.zeros(len(log_n))
        terms = np.stack([e + ones, a - alpha * (log_n - mid_n), b - beta * (log_d - mid_d)])  # (3, R)
        predicted = logsumexp(terms, axis=0)
        shares = np.exp(terms - predicted)  # (3, R): the derivative of the logarithm of a sum
        error = predicted - log_loss
        inside = np.abs(error) <= HUBER
        value = np.where(inside, error**2 / 2, HUBER * (np.abs(error) - HUBER / 2)).sum()
        slope = np.clip(error, -HUBER, HUBER)
        by_term = (shares * slope).sum(axis=1)
        by_alpha = -(shares[1] * slope * (log_n - mid_n)).sum()
        by_beta = -(shares[2] * slope * (log_d - mid_d)).sum()
        return value * 1e4, np.array([*by_term, by_alpha, by_beta]) * 1e4

    low = np.log(loss.min())
    grid = product((low - 1.5, low - 0.5, low - 0.1), (-3.0, -1.0), (-3.0, -1.0), (0.3, 0.7), (0.3, 0.7))
    starts = [centred(near, mid_n, mid_d)] if near else list(grid)
    bounds = [(low - 4, low), (-8, 4), (-8, 4), (0.02, 2.0), (0.02, 2.0)]
    fits = (minimize(objective, start, jac=True, bounds=bounds, method="L-BFGS-B") for start in starts)
    e, a, b, alpha, beta = min(fits, key=lambda fit: fit.fun).x
    values = np.exp([e, a + alpha * mid_n, b + beta * mid_d])
    return ScalingLaw(*(float(value) for value in (*values, alpha, beta)))


def centred(law: ScalingLaw, mid_n: float, mid_d: float) -> tuple[float, ...]:
    """A law as the search knows it: logarithms of the floor and of both costs at the middle of the runs, exponents."""
    costs = np.log(law.A) - law.alpha * mid_n, np.log(law.B) - law.beta * mid_d
    return (float(np.log(law.E)), *map(float, costs), law.alpha, law.beta)


def bootstrap_laws(
    n: Sequence[float], d: Sequence[float], loss: Sequence[float], *, draws: int = 200, seed: int = 0
) -> list[ScalingLaw]:
    """Laws fitted to runs drawn with replacement: how far the law would move if other runs had been made.

    Draws with fewer than five different runs, or with one size or one budget alone, are drawn again. Errors as for
    `fit_scaling_law`.
    """
    whole = fit_scaling_law(n, d, loss)
    n, d, loss = (np.asarray(values, dtype=float) for values in (n, d, loss))
    rng, laws = np.random.default_rng(seed), []
    while len(laws) < draws:
        rows = rng.integers(len(n), size=len(n))
        if len(set(zip(n[rows], d[rows]))) >= 5 and len(set(n[rows])) > 1 and len(set(d[rows])) > 1:
            laws.append(fit_scaling_law(n[rows], d[rows], loss[rows], near=whole))
    return laws


def prediction(laws: Sequence[ScalingLaw], n: float, d: float, level: float = 0.95) -> tuple[float, float, float]:
    """What bootstrapped laws say of one run: the median, and the ends of the middle `level` of them.

    >>> prediction([ScalingLaw(e, 1.0, 1.0, 0.5, 0.5) for e in (1.0, 2.0, 3.0)], 1e4, 1e4)
    (2.02, 1.07, 2.97)
    """
    values = [float(law(n, d)) for law in laws]
    tail = 100 * (1 - level) / 2
    return tuple(round(float(value), 4) for value in np.percentile(values, [50, tail, 100 - tail]))


def matrix_parameters(config: LlamaConfig) -> int:
    """Weights that take part in a product for each token: all matrices of the layers, and the head.

    >>> matrix_parameters(LlamaConfig(256, 64, 192, 2, 4, 2, 512))
    114688
    """
    channels, head = config.hidden_size, config.head_dim
    attention = channels * head * (2 * config.num_attention_heads + 2 * config.num_key_value_heads)
    layer = attention + 3 * channels * config.intermediate_size
    return config.num_hidden_layers * layer + channels * config.vocab_size


def training_flops(config: LlamaConfig, context: int) -> int:
    """Operations to train on one token: six for each weight, and what attention adds.

    A product takes a multiplication and an addition for each weight, and the way back takes two such products: for the
    inputs and for the weights. Attention compares a token with `context` others, twice (scores and their sums); the
    causal mask would halve that, but it is counted whole, as in Chowdhery et al. 2022, "PaLM", appendix B.

    >>> training_flops(LlamaConfig(256, 64, 192, 2, 4, 2, 512), context=128)
    884736
    """
    if context < 1:
        raise ValueError(f"context counts tokens and is at least 1, got {context}")
    per_context = 2 * config.num_hidden_layers * config.num_attention_heads * config.head_dim
    return 6 * (matrix_parameters(config) + per_context * context)
