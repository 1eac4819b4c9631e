"""The KV cache: what a decoder remembers of the tokens it has read, so that it reads each of them once."""

import torch


class KVCache:
    """Keys and values of all tokens read so far, for every layer.

    Room for `max_length` tokens is reserved at once: growing a tensor token by token would copy it every
    time. Each layer appends its own keys and values; when all layers have, the model calls `advance`, so that
    a forward pass that failed half-way leaves the cache as it was. The cache serves generation: no gradient
    flows through it.

    Memory in bytes: 2 · layers · B · H · max_length · D · size of one number.

    >>> cache = KVCache(num_layers=1, batch_size=1, num_heads=1, max_length=8, head_dim=2)
    >>> k = torch.ones(1, 1, 3, 2)                        # three tokens
    >>> keys, values = cache.append(0, k, k)
    >>> cache.advance(3)
    >>> cache.length, tuple(keys.shape)
    (3, (1, 1, 3, 2))
    >>> cache.truncate(1)                                 # forget the last two
    >>> cache.length
    1
    """

    def __init__(
        self,
        num_layers: int,
        batch_size: int,
        num_heads: int,
        max_length: int,
        head_dim: int,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        shape = (batch_size, num_heads, max_length, head_dim)
        self.keys = [torch.empty(shape, device=device, dtype=dtype) for _ in range(num_layers)]
        self.values = [torch.empty(shape, device=device, dtype=dtype) for _ in range(num_layers)]
        self.max_length = max_length
        self.length = 0

    def append(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Store the new tokens' keys and values of one layer; return those of all tokens.

        k, v: (B, H, T, D). Returns two tensors (B, H, length + T, D), views of the cache. Raises ValueError
        when the tokens do not fit, or belong to another batch size, number of heads or head size.
        """
        store = self.keys[layer]
        start, stop = self.length, self.length + k.shape[2]
        if stop > self.max_length:
            raise ValueError(
                f"the cache has room for {self.max_length} tokens: {start} are in it and {k.shape[2]} more do not "
                "fit; make it with a larger max_length"
            )
        if k.shape[:2] != store.shape[:2] or k.shape[3] != store.shape[3]:
            expected = (*store.shape[:2], k.shape[2], store.shape[3])
            raise ValueError(f"the cache expects keys of shape {expected}, got {tuple(k.shape)}")
        self.keys[layer][:, :, start:stop] = k.detach()
        self.values[layer][:, :, start:stop] = v.detach()
        return self.keys[layer][:, :, :stop], self.values[layer][:, :, :stop]

    def advance(self, tokens: int) -> None:
        """Count `tokens` more as read, once every layer has appended them."""
        self.length += tokens

    def truncate(self, length: int) -> None:
        """Forget everything after the first `length` tokens; they are overwritten by what comes next.

        Raises ValueError when `length` is negative or more than the cache holds.
        """
        if not 0 <= length <= self.length:
            raise ValueError(f"the cache holds {self.length} tokens and cannot be cut to {length}")
        self.length = length
