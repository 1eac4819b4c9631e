"""How surprised a language model is by each line of a program, and where a line then stands in the order.

"Buggy" lines are a little less predictable than others: Ray et al. 2016, "On the 'Naturalness' of Buggy Code".
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import nn

__all__ = ["line_scores", "reciprocal_rank", "token_surprise"]


class ByteTokenizer(Protocol):
    """What is asked of a tokenizer here."""

    def encode(self, text: str) -> list[int]: ...

    def id_to_bytes(self, token: int) -> bytes: ...


@torch.inference_mode()
def token_surprise(
    model: nn.Module, tokenizer: ByteTokenizer, text: str, *, start: int
) -> tuple[np.ndarray, np.ndarray]:
    """For each token of a text -ln p given those before it, and the line, from 1, in which it stands.

    A token may hold several characters: a line end with the indentation after it is one. It is counted to the line in
    which its last character stands, since it is the beginning of that line which it foretells. start: the id before the
    text. A text longer than the model's context is cut. Returns two arrays (T,).

    >>> token_surprise(model, tokenizer, "a = 1\\nb = 2\\n", start=0)[1]         # doctest: +SKIP
    array([1, 1, 1, 2, 2, 2, 2])
    """
    ids = tokenizer.encode(text)[: model.config.max_position_embeddings - 1]
    logits = model(torch.tensor([[start, *ids]]))[0, :-1].float().log_softmax(-1)  # (T, V)
    nats = -logits.gather(1, torch.tensor(ids)[:, None])[:, 0]
    lines, line = [], 1
    for token in ids:
        data = tokenizer.id_to_bytes(token)
        line += data.count(b"\n")
        lines.append(line - data.endswith(b"\n"))
    return nats.numpy().astype(float), np.array(lines)


def line_scores(nats: np.ndarray, lines: np.ndarray, numbers: Sequence[int], how: str) -> np.ndarray:
    """For each of some lines the "sum", the "mean" or the "max" of its tokens' surprise; 0 where it has none.

    Raises ValueError for another way.

    >>> line_scores(np.array([1.0, 3.0, 2.0]), np.array([1, 1, 2]), [1, 2], "mean").tolist()
    [2.0, 2.0]
    """
    ways = {"sum": np.sum, "mean": np.mean, "max": np.max}
    if how not in ways:
        raise ValueError(f"a line's score is its {', '.join(ways)}, not {how!r}")
    return np.array([ways[how](nats[lines == number]) if (lines == number).any() else 0.0 for number in numbers])


def reciprocal_rank(scores: np.ndarray, place: int) -> float:
    """1 over the rank of an entry, the highest score first; of equal scores, the mean over all their orders.

    Averaged over many texts it is the mean reciprocal rank (Voorhees 1999). Raises IndexError outside of the scores.

    >>> reciprocal_rank(np.array([5.0, 1.0, 3.0]), 2), reciprocal_rank(np.array([1.0, 1.0]), 0)
    (0.5, 0.75)
    """
    better, equal = int((scores > scores[place]).sum()), int((scores == scores[place]).sum())
    return float(np.mean(1 / np.arange(better + 1, better + equal + 1)))
