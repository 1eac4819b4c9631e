"""Scaled dot-product attention, and the mask that keeps a language model from looking ahead."""

import torch
import torch.nn.functional as F


def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Average the values, weighted by how well each key answers the query: softmax(q kᵀ / √D) v.

    Several query heads may share one key and value head (grouped queries, Ainslie et al. 2023): with 6 query
    heads and 2 key heads, query heads 0, 1, 2 read key head 0. Positions and the cache stay outside.

    q: (B, H, T, D). k, v: (B, K, S, D), where K divides H. mask: (T, S) or (B, 1, T, S) of bool, True where a
    query may look; without a mask it looks everywhere. Returns (B, H, T, D). Raises ValueError when K does
    not divide H. Vaswani et al. 2017, "Attention Is All You Need".

    >>> q = torch.zeros(1, 1, 1, 2)                       # a query that prefers no key ...
    >>> kv = torch.tensor([[[[1.0, 0.0], [3.0, 4.0]]]])
    >>> attention(q, kv, kv).flatten().tolist()           # ... gets the plain average of the values
    [2.0, 2.0]
    """
    if q.shape[1] % k.shape[1]:
        raise ValueError(f"{q.shape[1]} query heads cannot share {k.shape[1]} key heads evenly")
    grouped = q.shape[1] != k.shape[1]
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=grouped)


def causal_mask(queries: int, keys: int, device: torch.device | str | None = None) -> torch.Tensor:
    """True where a token may look: at itself and at everything before it.

    The queries are the last tokens of the text, so the first `keys - queries` keys are past for all of them.

    Returns (queries, keys) of bool. Raises ValueError when there are more queries than keys.

    >>> causal_mask(2, 4).int().tolist()
    [[1, 1, 1, 0], [1, 1, 1, 1]]
    """
    if queries > keys:
        raise ValueError(f"{queries} queries need at least as many keys, got {keys}")
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(diagonal=keys - queries)
