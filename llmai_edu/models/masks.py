"""Who may look at whom: masks of bool, True where a query may see a key. They combine with `&`."""

import torch


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


def sliding_window_mask(queries: int, keys: int, window: int, device: torch.device | str | None = None) -> torch.Tensor:
    """True where a token may look: at itself and at the `window - 1` tokens before it.

    Through L layers a token still hears of L · (window - 1) tokens before it, each layer one window further.

    Returns (queries, keys) of bool. Raises ValueError for a window below 1, or more queries than keys.
    Beltagy et al. 2020, "Longformer"; causal as in Mistral 7B (Jiang et al. 2023).

    >>> sliding_window_mask(4, 4, window=2).int().tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    """
    if window < 1:
        raise ValueError(f"a window holds at least the token itself, got {window}")
    causal = causal_mask(queries, keys, device)
    return causal & causal.triu(diagonal=keys - queries - window + 1)


def padding_mask(attention_mask: torch.Tensor) -> torch.Tensor:
    """Hide the padding, which fills up the shorter texts of a batch, from every query.

    attention_mask: (B, S), 1 or True at tokens, 0 at padding, as tokenizers of the hub give it.
    Returns (B, 1, 1, S) of bool, which broadcasts over heads and queries. Raises ValueError for another shape.

    >>> padding_mask(torch.tensor([[0, 1, 1]])).tolist()
    [[[[False, True, True]]]]
    """
    if attention_mask.ndim != 2:
        raise ValueError(f"attention_mask must have shape (B, S), got {tuple(attention_mask.shape)}")
    return attention_mask[:, None, None].bool()


def token_positions(attention_mask: torch.Tensor, before: torch.Tensor | int = 0) -> torch.Tensor:
    """The place of every token in its own text, however much padding stands around it.

    attention_mask: (B, T), 1 at tokens, 0 at padding. before: tokens of the same text read earlier, a number or (B, 1).
    Returns (B, T) of int64; a padding takes the place of the token before it, or 0.

    >>> token_positions(torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1]])).tolist()
    [[0, 0, 0, 1], [0, 1, 2, 3]]
    """
    return (attention_mask.bool().cumsum(1) + before - 1).clamp(min=0)
