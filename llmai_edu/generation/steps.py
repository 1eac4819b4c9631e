"""What happens to logits before a token is drawn, as steps that are put one after another.

A step takes logits (B, V) and the tokens so far (B, T), and returns logits (B, V). `probs_after` applies several.
"""

from collections.abc import Callable, Iterable

import torch

from llmai_edu.generation.sampling import SMALLEST, keep_top_k, keep_top_p

__all__ = [
    "Step",
    "frequency_penalty",
    "keep_min_p",
    "min_p",
    "probs_after",
    "repetition_penalty",
    "temperature",
    "top_k",
    "top_p",
]

Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def probs_after(logits: torch.Tensor, ids: torch.Tensor, steps: Iterable[Step]) -> torch.Tensor:
    """The distribution that is left after all steps, in their order.

    logits: (B, V). ids: (B, T), T may be 0. Returns (B, V) of float32. Raises ValueError when the rows do not fit.

    >>> probs_after(torch.tensor([[0.0, 0.0, -9.0]]), torch.zeros(1, 0).long(), [top_k(2)]).tolist()
    [[0.5, 0.5, 0.0]]
    """
    if logits.ndim != 2 or ids.ndim != 2 or len(logits) != len(ids):
        raise ValueError(f"logits must be (B, V) and ids (B, T), got {tuple(logits.shape)} and {tuple(ids.shape)}")
    logits = logits.float()
    for step in steps:
        logits = step(logits, ids)
    return logits.softmax(-1)


def temperature(value: float) -> Step:
    """Divide all logits: below 1 the likely become likelier, above 1 less so. Raises ValueError unless above 0.

    >>> temperature(0.5)(torch.tensor([[0.0, 1.0]]), torch.zeros(1, 0)).tolist()
    [[-2.0, 0.0]]
    """
    if not 0 < value < float("inf"):
        raise ValueError(f"temperature must be above 0, got {value}; for greedy choice take the largest logit")
    return lambda logits, ids: (logits - logits.amax(-1, keepdim=True)) / max(value, SMALLEST)


def top_k(k: int) -> Step:
    """Keep the k likeliest tokens; see `keep_top_k`."""
    keep_top_k(torch.zeros(1), k)  # refuses what is no k now, not at the first token
    return lambda logits, ids: keep_top_k(logits, k)


def top_p(p: float) -> Step:
    """Keep the fewest tokens that hold p together; see `keep_top_p`."""
    keep_top_p(torch.zeros(1), p)
    return lambda logits, ids: keep_top_p(logits, p) if p < 1 else logits


def keep_min_p(logits: torch.Tensor, p: float) -> torch.Tensor:
    """Rule out all tokens that have less than p times the probability of the likeliest.

    Where the model is sure, few are left; where it is not, many. logits: (..., V). Raises ValueError for p outside
    [0, 1]. Nguyen et al. 2024, "Min-p Sampling".

    >>> keep_min_p(torch.tensor([0.6, 0.3, 0.1]).log(), 0.4).softmax(-1).round(decimals=3)
    tensor([0.6670, 0.3330, 0.0000])
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p must be from 0 to 1, got {p}")
    probs = logits.softmax(-1)
    return logits.masked_fill(probs < p * probs.amax(-1, keepdim=True), -torch.inf)


def min_p(p: float) -> Step:
    """Keep what has at least p times the highest probability; see `keep_min_p`."""
    keep_min_p(torch.zeros(1), p)
    return lambda logits, ids: keep_min_p(logits, p)


def repetition_penalty(value: float) -> Step:
    """Make every token that has occurred less likely: a positive logit is divided by value, a negative one multiplied.

    Raises ValueError unless above 0. Keskar et al. 2019, "CTRL", section 4.1.

    >>> repetition_penalty(2.0)(torch.tensor([[3.0, -1.0, 1.0]]), torch.tensor([[0, 1]])).tolist()
    [[1.5, -2.0, 1.0]]
    """
    if not value > 0:
        raise ValueError(f"the penalty must be above 0 (1 changes nothing), got {value}")

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, ids, True)
        return torch.where(seen, torch.where(logits > 0, logits / value, logits * value), logits)

    return step


def frequency_penalty(each: float, once: float = 0.0) -> Step:
    """Take `each` from a token's logit for every time that it has occurred, and `once` if it has occurred at all.

    The second is also called the presence penalty.

    >>> frequency_penalty(0.5, once=1.0)(torch.zeros(1, 3), torch.tensor([[2, 2, 0]])).tolist()
    [[-1.5, 0.0, -2.0]]
    """

    def step(logits: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        counts = torch.zeros_like(logits).scatter_add(1, ids, torch.ones_like(ids, dtype=logits.dtype))
        return logits - each * counts - once * (counts > 0)

    return step
