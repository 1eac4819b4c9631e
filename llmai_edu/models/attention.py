"""Scaled dot-product attention: the one function that GPT, BERT, T5 and Llama share.

It takes queries, keys and values, and what may be seen (`mask`, `causal`) or is preferred (`bias`). Where tokens stand
and what is remembered of earlier ones is decided outside, in `masks`, `rope` and `cache`.
"""

import torch
import torch.nn.functional as F

from llmai_edu.models.masks import causal_mask


def attention(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    bias: torch.Tensor | None = None,
    causal: bool = False,
    scale: float | None = None,
    dropout: float = 0.0,
) -> torch.Tensor:
    """Average the values, weighted by how well each key answers the query: softmax(q kᵀ / √D + bias) v.

    Several query heads may share one key and value head (grouped queries, Ainslie et al. 2023): with 6 query
    heads and 2 key heads, query heads 0, 1, 2 read key head 0. A query that may see nothing gets zeros.

    q: (B, H, T, D). k, v: (B, K, S, D), where K divides H. mask: of bool, True where a query may look, of a shape that
    broadcasts to (B, H, T, S). bias: added to the scores, broadcasts likewise. causal: the queries are the last T
    of the S tokens, and none looks ahead; goes together with a mask. scale: instead of 1/√D. dropout: the share of
    weights set to 0 (in training only). Returns (B, H, T, D). Raises ValueError when K does not divide H, or for a
    mask of numbers.
    Vaswani et al. 2017, "Attention Is All You Need".

    >>> q = torch.zeros(1, 1, 1, 2)                       # a query that prefers no key ...
    >>> kv = torch.tensor([[[[1.0, 0.0], [3.0, 4.0]]]])
    >>> attention(q, kv, kv).flatten().tolist()           # ... gets the plain average of the values
    [2.0, 2.0]
    """
    grouped = check_heads(q, k)
    plainly_causal = causal and mask is None and bias is None and q.shape[2] == k.shape[2]
    if not plainly_causal:
        mask = merge(mask, bias, causal, q, k)
    return F.scaled_dot_product_attention(
        q, k, v, attn_mask=mask, is_causal=plainly_causal, scale=scale, dropout_p=dropout, enable_gqa=grouped
    )


def attention_weights(
    q: torch.Tensor,
    k: torch.Tensor,
    mask: torch.Tensor | None = None,
    *,
    bias: torch.Tensor | None = None,
    causal: bool = False,
    scale: float | None = None,
) -> torch.Tensor:
    """The weights that `attention` gives to the values, which the fast kernel never shows: for pictures, and to read.

    Arguments and errors as for `attention`. Returns (B, H, T, S); each row sums to 1 (to 0 where nothing may be seen).

    >>> q = k = torch.eye(2)[None, None]
    >>> attention_weights(q, k, causal=True).squeeze().tolist()[0]      # the first token sees itself alone
    [1.0, 0.0]
    """
    check_heads(q, k)
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)  # (B, H, S, D)
    scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)  # (B, H, T, S)
    allowed = merge(mask, None, causal, q, k)
    if bias is not None:
        scores = scores + bias
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -torch.inf)
    return scores.softmax(-1).nan_to_num(0.0)  # a row of -inf alone gives 0/0


def check_heads(q: torch.Tensor, k: torch.Tensor) -> bool:
    """Whether query heads share key heads; raises ValueError when they cannot share them evenly."""
    if q.shape[1] % k.shape[1]:
        raise ValueError(f"{q.shape[1]} query heads cannot share {k.shape[1]} key heads evenly")
    return q.shape[1] != k.shape[1]


def merge(
    mask: torch.Tensor | None, bias: torch.Tensor | None, causal: bool, q: torch.Tensor, k: torch.Tensor
) -> torch.Tensor | None:
    """One tensor for mask, bias and causality: of bool without a bias, else the bias with -inf where none may look.

    Raises ValueError for a mask of numbers: torch would add them to the scores, and a 0 would hide nothing.
    """
    if mask is not None and mask.dtype != torch.bool:
        raise ValueError(f"mask must be of bool, True where a query may look, got {mask.dtype}: see padding_mask")
    if causal and q.shape[2] > 1:  # one query, the last token, may see everything
        ahead = causal_mask(q.shape[2], k.shape[2], q.device)
        mask = ahead if mask is None else mask & ahead
    if bias is None or mask is None:
        return mask if bias is None else bias
    return torch.where(mask, bias, -torch.inf)
