"""The KV cache: what a decoder remembers of the tokens it has read, so that it reads each of them once."""

import torch

from llmai_edu.models.masks import padding_mask, sliding_window_mask, token_positions


class KVCache:
    """Keys and values of the tokens read so far, for every layer.

    Room for `max_length` tokens is reserved at once: growing a tensor token by token would copy it every
    time. With a `window`, room for two windows is enough, for nobody looks further back; a longer pass gets more
    until the next. `make_room` opens a pass; each layer appends its own keys and values; when all layers have, the
    model calls `advance`, so that a pass that failed half-way leaves the cache ready for another. The cache serves
    generation: no gradient flows through it.

    Memory in bytes: 2 · layers · B · H · room · D · size of one number.

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
        window: int | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.room = max_length if window is None else min(max_length, 2 * window)
        shape = (batch_size, num_heads, self.room, head_dim)
        self.keys = [torch.empty(shape, device=device, dtype=dtype) for _ in range(num_layers)]
        self.values = [torch.empty(shape, device=device, dtype=dtype) for _ in range(num_layers)]
        self.real = torch.ones(batch_size, self.room, dtype=torch.bool, device=device)  # False at padding
        self.dropped = torch.zeros(batch_size, 1, dtype=torch.int64, device=device)  # tokens behind the window
        self.padded = False
        self.max_length, self.window = max_length, window
        self.length = 0  # tokens read, padding too
        self.stored = 0  # of these, how many are still in the store

    def make_room(self, tokens: int) -> None:
        """Open a pass of so many tokens. Behind a window, what nobody will see again is dropped if room is short.

        Raises ValueError, before anything is changed, when the text outgrows `max_length`.
        """
        if self.length + tokens > self.max_length:
            raise ValueError(
                f"the cache has room for {self.max_length} tokens: {self.length} are in it and {tokens} more do not "
                "fit; make it with a larger max_length"
            )
        if self.window is None or self.stored + tokens <= self.real.shape[1]:
            return
        keep = min(self.stored, self.window - 1)
        gone, room = self.stored - keep, max(self.room, keep + tokens)
        keys = [moved(keys, gone, keep, room, dim=2) for keys in self.keys]
        values = [moved(values, gone, keep, room, dim=2) for values in self.values]
        self.dropped += self.real[:, :gone].sum(1, keepdim=True)
        self.real = moved(self.real, gone, keep, room, dim=1)
        self.real[:, keep:] = True
        self.keys, self.values, self.stored = keys, values, keep

    def append(self, layer: int, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Store the new tokens' keys and values of one layer; return those of all tokens that can be seen.

        k, v: (B, H, T, D). Returns two tensors (B, H, S, D), views of the cache; S is length + T, or with a window at
        most window - 1 + T. Raises ValueError when the tokens do not fit, or belong to another batch size, number of
        heads or head size.
        """
        store = self.keys[layer]
        start, stop = self.stored, self.stored + k.shape[2]
        if stop > store.shape[2]:
            raise ValueError(
                f"the cache has room for {store.shape[2]} tokens: {start} are in it and {k.shape[2]} more do not "
                "fit; make it with a larger max_length"
            )
        if k.shape[:2] != store.shape[:2] or k.shape[3] != store.shape[3]:
            expected = (*store.shape[:2], k.shape[2], store.shape[3])
            raise ValueError(f"the cache expects keys of shape {expected}, got {tuple(k.shape)}")
        self.keys[layer][:, :, start:stop] = k.detach()
        self.values[layer][:, :, start:stop] = v.detach()
        first = self.first_seen(k.shape[2])
        return self.keys[layer][:, :, first:stop], self.values[layer][:, :, first:stop]

    def check_window(self, window: int | None) -> None:
        """Refuse a model that looks further back than the cache remembers. window: the model's, None for all."""
        if self.window is not None and (window is None or window > self.window):
            sight = "everything" if window is None else f"{window} tokens"
            raise ValueError(f"the cache keeps {self.window} tokens, the model looks back at {sight}: use new_cache()")

    def first_seen(self, tokens: int) -> int:
        """The slot of the first key that one of the next `tokens` can see."""
        return 0 if self.window is None else max(0, self.stored - self.window + 1)

    def note(self, attention_mask: torch.Tensor) -> None:
        """Remember which of the tokens to come are padding.

        attention_mask: (B, T), 0 at padding. Raises ValueError for another number of texts than the cache holds.
        """
        if len(attention_mask) != len(self.real):
            raise ValueError(f"the cache holds {len(self.real)} texts, got {len(attention_mask)}")
        self.real[:, self.stored : self.stored + attention_mask.shape[1]] = attention_mask.bool()
        self.padded = True

    def seen(self, tokens: int) -> torch.Tensor:
        """Which of the keys that the next `tokens` can see are tokens, not padding: (B, S) of bool."""
        return self.real[:, self.first_seen(tokens) : self.stored + tokens]

    def texts(self) -> torch.Tensor:
        """How many tokens of each text have been read, padding not counted: (B, 1)."""
        return self.dropped + self.real[:, : self.stored].sum(1, keepdim=True)

    def advance(self, tokens: int) -> None:
        """Count `tokens` more as read, once every layer has appended them."""
        self.length += tokens
        self.stored += tokens

    def truncate(self, length: int) -> None:
        """Forget everything after the first `length` tokens; they are overwritten by what comes next.

        Raises ValueError when `length` is negative or more than the cache holds, or when the tokens before it, which
        the next one would see, have been dropped.
        """
        if not 0 <= length <= self.length:
            raise ValueError(f"the cache holds {self.length} tokens and cannot be cut to {length}")
        stored = self.stored - (self.length - length)
        if length == 0:  # whatever has been dropped, an empty text needs none of it
            stored, self.padded = 0, False
            self.dropped.zero_()
        elif self.window is not None and stored < min(length, self.window - 1):
            raise ValueError(f"the cache has dropped tokens that a text of {length} needs: read it again")
        self.real[:, stored:] = True
        self.length, self.stored = length, stored


def moved(store: torch.Tensor, start: int, count: int, room: int, dim: int) -> torch.Tensor:
    """A store with room for `room`, beginning with `count` entries of the old one from `start` on."""
    shape = list(store.shape)
    shape[dim] = room
    fresh = store.new_empty(shape)
    fresh.narrow(dim, 0, count).copy_(store.narrow(dim, start, count))
    return fresh


def place_tokens(
    ids: torch.Tensor,
    attention_mask: torch.Tensor | None = None,
    cache: KVCache | None = None,
    window: int | None = None,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Where the new tokens of a decoder stand, and what hides keys from them beside causality.

    With a cache, this opens the pass: room is made, and padding is remembered for the passes to come.

    ids: (B, T), the new tokens. attention_mask: (B, T), 0 where `ids` hold padding. window: how many tokens a token
    sees, itself included; None for all. Returns the positions, (T,) or with padding (B, T), and a mask for
    `attention(..., causal=True)`, None where nothing else is hidden. Raises ValueError when the shapes differ, when
    the cache is full, or when it keeps less than the window.

    >>> positions, mask = place_tokens(torch.zeros(1, 3), torch.tensor([[0, 1, 1]]))
    >>> positions.tolist(), mask.tolist()
    ([[0, 0, 1]], [[[[False, True, True]]]])
    """
    new = ids.shape[1]
    if attention_mask is not None and attention_mask.shape != ids.shape:
        expected, got = tuple(ids.shape), tuple(attention_mask.shape)
        raise ValueError(f"attention_mask must have the ids' shape {expected}, got {got}")
    if cache is not None:
        cache.check_window(window)
        cache.make_room(new)
        if attention_mask is not None or cache.padded:
            cache.note(torch.ones_like(ids) if attention_mask is None else attention_mask)
    past, mask = 0 if cache is None else cache.length, None
    positions = torch.arange(past, past + new, device=ids.device)
    if cache is None and attention_mask is not None:
        positions, mask = token_positions(attention_mask), padding_mask(attention_mask)
    elif cache is not None and cache.padded:
        seen = cache.seen(new)
        positions, mask = token_positions(seen[:, -new:], cache.texts()), padding_mask(seen)
    keys = new if cache is None else cache.stored + new - cache.first_seen(new)
    if window is not None and keys > window:
        near = sliding_window_mask(new, keys, window, ids.device)
        mask = near if mask is None else mask & near
    return positions, mask
