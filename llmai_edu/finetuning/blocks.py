"""A part of a Llama's stack, run on its own: the blocks from one to another, with any positions and any mask.

Where the lower blocks are frozen and nothing is random, what they make of a text never changes. So it is computed once,
and training runs the upper blocks alone.
"""

import torch
from torch import nn

from llmai_edu.models.llama import Llama
from llmai_edu.models.rope import rope_angles

__all__ = ["UpperBlocks", "lower_states", "run_blocks"]


def run_blocks(
    model: Llama,
    x: torch.Tensor,
    first: int = 0,
    last: int | None = None,
    *,
    positions: torch.Tensor | None = None,
    mask: torch.Tensor | None = None,
) -> torch.Tensor:
    """Send states through the blocks `first` to `last` (left out), as the model itself does.

    x: (B, T, C), what block `first` reads. positions: (T,) or (B, T), 0, 1, 2, … where none are given. mask: of bool,
    broadcasts to (B, H, T, T), hides more than causality does. Returns (B, T, C), not normalized. Raises ValueError
    for blocks that the model does not have.

    >>> from llmai_edu.models.llama_config import LlamaConfig
    >>> model, ids = Llama(LlamaConfig(64, 32, 48, 2, 4, 2, 32)), torch.tensor([[1, 2, 3]])
    >>> torch.equal(model.norm(run_blocks(model, model.embed(ids))), model.hidden(ids))
    True
    """
    config, count = model.config, len(model.layers)
    last = count if last is None else last
    if not 0 <= first <= last <= count:
        raise ValueError(f"the model has the blocks 0 to {count - 1}; cannot run {first} to {last}")
    if positions is None:
        positions = torch.arange(x.shape[1], device=x.device)
    rope = rope_angles(positions, config.head_dim, config.rope_theta, config.rope_scaling)
    for layer in model.layers[first:last]:
        x = layer(x, rope, mask)
    return x


@torch.no_grad()
def lower_states(model: Llama, ids: torch.Tensor, first: int, rows: int = 16) -> torch.Tensor:
    """What block `first` reads: the states after the blocks below it, computed once and without gradients.

    ids: (N, T), padded on the right. rows: how many texts at a time. Returns (N, T, C). Errors as for `run_blocks`.

    >>> from llmai_edu.models.llama_config import LlamaConfig
    >>> lower_states(Llama(LlamaConfig(64, 32, 48, 2, 4, 2, 32)), torch.zeros(5, 3, dtype=torch.int64), 1).shape
    torch.Size([5, 3, 32])
    """
    return torch.cat([run_blocks(model, model.embed(part), 0, first) for part in ids.split(rows)])


class UpperBlocks(nn.Module):
    """The blocks of a Llama from `first` on, its norm and its head, which share their parameters with the model.

    Train this, and the model is trained. Raises ValueError for a block that the model does not have.

    >>> from llmai_edu.models.llama_config import LlamaConfig
    >>> model, ids = Llama(LlamaConfig(64, 32, 48, 2, 4, 2, 32)), torch.tensor([[1, 2, 3]])
    >>> torch.equal(UpperBlocks(model, 1)(lower_states(model, ids, 1)), model(ids))
    True
    """

    def __init__(self, model: Llama, first: int) -> None:
        super().__init__()
        if not 0 <= first < len(model.layers):
            raise ValueError(f"the model has the blocks 0 to {len(model.layers) - 1}, there is no block {first}")
        self.model, self.first = model, first

    def forward(self, x: torch.Tensor, counted: torch.Tensor | None = None) -> torch.Tensor:
        """Logits (B, T, V) for states (B, T, C); with `counted` (B, T) those of the chosen places alone, (N, V)."""
        x = run_blocks(self.model, x, self.first)
        if counted is not None:
            x = x[counted.bool()]  # the head is the largest matrix: apply it where a loss is asked for
        return self.model.lm_head(self.model.norm(x))
