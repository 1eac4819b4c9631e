"""Pruning: weights, channels or layers that are left out.

Single weights can be chosen finely, but a matrix with holes has the same shape: it takes as many bytes and as much time
as before, unless a format and a kernel for holes are used. Whole channels and layers are chosen coarsely, and
everything gets smaller at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import nn

from llmai_edu.models.linear import Linear
from llmai_edu.models.llama import Llama

__all__ = [
    "drop_layers",
    "input_norms",
    "keep_channels",
    "prune_magnitude",
    "prune_model",
    "prune_wanda",
    "pruned_layers",
    "sparse_bytes",
]


def prune_magnitude(weight: torch.Tensor, sparsity: float) -> torch.Tensor:
    """The matrix with this share of its weights set to 0: those nearest to 0, over the whole matrix.

    weight: (in, out). Returns a new one. Raises ValueError for a share outside of 0 to 1.

    >>> prune_magnitude(torch.tensor([[0.1, -3.0], [2.0, -0.2]]), 0.5).tolist()
    [[0.0, -3.0], [2.0, 0.0]]
    """
    check_share(sparsity)
    dropped = round(sparsity * weight.numel())
    order = weight.abs().flatten().argsort()
    pruned = weight.clone().flatten()
    pruned[order[:dropped]] = 0
    return pruned.view_as(weight)


def prune_wanda(weight: torch.Tensor, norms: torch.Tensor, sparsity: float) -> torch.Tensor:
    """For each output, this share of its weights set to 0: those with the smallest |weight| · ‖input‖.

    A small weight matters if what it multiplies is large. Nothing is trained. Sun et al. 2023, "A Simple and Effective
    Pruning Approach for Large Language Models".

    weight: (in, out). norms: (in,), the length of each input channel over some text, see `input_norms`. Returns a new
    one. Raises ValueError for a share outside of 0 to 1, or another number of norms.

    >>> prune_wanda(torch.tensor([[0.1], [2.0]]), torch.tensor([100.0, 1.0]), 0.5).flatten().tolist()
    [0.10000000149011612, 0.0]
    """
    check_share(sparsity)
    if norms.shape != weight.shape[:1]:
        raise ValueError(f"a matrix with {weight.shape[0]} inputs needs as many norms, got {tuple(norms.shape)}")
    score = weight.abs() * norms[:, None]
    dropped = score.argsort(0)[: round(sparsity * len(weight))]  # (dropped, out)
    return weight.scatter(0, dropped, 0)


def check_share(sparsity: float) -> None:
    """Refuse what is no share."""
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity is the share of weights that become 0, from 0 to 1, got {sparsity}")


def pruned_layers(model: nn.Module) -> Iterator[tuple[str, Linear]]:
    """The matrices that are pruned: all but the head, which is the table of tokens, too."""
    for name, layer in model.named_modules():
        if isinstance(layer, Linear) and name != "lm_head":
            yield name, layer


@torch.no_grad()
def input_norms(model: Llama, ids: torch.Tensor) -> dict[str, torch.Tensor]:
    """The length of each input channel of each pruned matrix while the model reads a text: (in,) each.

    ids: (B, T).

    >>> from llmai_edu.models.llama import LlamaConfig
    >>> norms = input_norms(Llama(LlamaConfig(64, 8, 16, 1, 2, 2, 16)), torch.arange(12)[None])
    >>> norms["layers.0.mlp.down_proj"].shape
    torch.Size([16])
    """
    squares: dict[str, torch.Tensor] = {}

    def note(name: str):
        def hook(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            squares[name] = squares.get(name, 0) + inputs[0].flatten(0, -2).float().square().sum(0)

        return hook

    handles = [layer.register_forward_pre_hook(note(name)) for name, layer in pruned_layers(model)]
    try:
        model.hidden(ids)
    finally:
        for handle in handles:
            handle.remove()
    return {name: total.sqrt() for name, total in squares.items()}


@torch.no_grad()
def prune_model(model: Llama, sparsity: float, norms: dict[str, torch.Tensor] | None = None) -> Llama:
    """Prune every matrix but the head, in place: by magnitude, or with `norms` by Wanda's criterion."""
    for name, layer in pruned_layers(model):
        weight = layer.weight.data
        layer.weight.copy_(
            prune_magnitude(weight, sparsity) if norms is None else prune_wanda(weight, norms[name], sparsity)
        )
    return model


def sparse_bytes(weight: torch.Tensor, size: int = 2) -> int:
    """Bytes of a matrix of which only the weights that are not 0 are stored, and one bit for each place.

    size: bytes of a weight. No smaller format exists for holes in any place, but for coding the bits themselves.

    >>> sparse_bytes(torch.tensor([[0.0, 1.0], [0.0, 2.0], [3.0, 0.0], [0.0, 4.0]]))       # 4 · 2 + 1
    9
    """
    return int(torch.count_nonzero(weight)) * size + -(-weight.numel() // 8)


def drop_layers(model: Llama, dropped: Sequence[int]) -> Llama:
    """A Llama without some of its layers; what remains is shared with the given one.

    Raises ValueError for a layer that there is not, or when none would be left.

    >>> from llmai_edu.models.llama import LlamaConfig
    >>> len(drop_layers(Llama(LlamaConfig(64, 8, 16, 3, 2, 2, 16)), [1]).layers)
    2
    """
    kept = [layer for place, layer in enumerate(model.layers) if place not in set(dropped)]
    if set(dropped) - set(range(len(model.layers))) or not kept:
        raise ValueError(f"cannot drop layers {sorted(set(dropped))} of {len(model.layers)}")
    with torch.device("meta"):
        small = type(model)(replace(model.config, num_hidden_layers=len(kept)))
    state = {f"layers.{i}.{name}": p for i, layer in enumerate(kept) for name, p in layer.state_dict().items()}
    state |= {name: p for name, p in model.state_dict().items() if not name.startswith("layers.")}
    small.load_state_dict(state, assign=True)
    return small.train(model.training)


def keep_channels(model: Llama, share: float, norms: dict[str, torch.Tensor]) -> Llama:
    """A Llama with narrower feed-forward layers: of each, the channels that add most to the residual stream.

    A channel adds its value times a row of `down_proj`; over a text that is at most its norm times the row's length.

    share: of the channels that stay. norms: from `input_norms`. Raises ValueError for a share that leaves none.

    >>> from llmai_edu.models.llama import LlamaConfig
    >>> model = Llama(LlamaConfig(64, 8, 16, 1, 2, 2, 16))
    >>> keep_channels(model, 0.5, input_norms(model, torch.arange(12)[None])).layers[0].mlp.up_proj
    Linear(8, 8)
    """
    check_share(share)
    if not (kept := round(share * model.config.intermediate_size)):
        raise ValueError(f"a share of {share} leaves none of {model.config.intermediate_size} channels")
    with torch.device("meta"):
        small = type(model)(replace(model.config, intermediate_size=kept))
    state = dict(model.state_dict())
    for place, layer in enumerate(model.layers):
        prefix, mlp = f"layers.{place}.mlp", layer.mlp
        score = norms[f"{prefix}.down_proj"] * mlp.down_proj.weight.norm(dim=1)  # (F,)
        best = score.topk(kept).indices.sort().values
        state[f"{prefix}.gate_proj.weight"] = mlp.gate_proj.weight.detach()[:, best]
        state[f"{prefix}.up_proj.weight"] = mlp.up_proj.weight.detach()[:, best]
        state[f"{prefix}.down_proj.weight"] = mlp.down_proj.weight.detach()[best]
    small.load_state_dict(state, assign=True)
    return small.train(model.training)
