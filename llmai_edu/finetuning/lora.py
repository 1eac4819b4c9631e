"""LoRA: a model is tuned through two thin matrices beside each of its large ones, which stay as they are.

Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

import math
from collections.abc import Iterable, Iterator

import torch
from torch import nn

from llmai_edu.models.linear import Linear

__all__ = ["LoRALinear", "add_lora", "lora_layers", "merge_lora", "trainable_share"]


class LoRALinear(nn.Module):
    """A frozen matrix and, beside it, the product of two thin ones: y = W x + (alpha / rank) · B A x.

    A begins with random numbers and B with zeros, so that at first nothing changes. Dropout, where there is some, is
    on the way into A. base: one of our `Linear` or an `nn.Linear`. A is (rank, in), B is (out, rank), as in the paper.
    Raises ValueError for a rank below 1 or above the smaller side of the matrix.

    >>> layer = LoRALinear(Linear(6, 4), rank=2, alpha=4)
    >>> sum(p.numel() for p in layer.parameters() if p.requires_grad)
    20
    """

    def __init__(
        self,
        base: Linear | nn.Linear,
        rank: int,
        alpha: float,
        *,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        inside, outside = sides(base)
        if not 1 <= rank <= min(inside, outside):
            raise ValueError(
                f"rank must be 1 to {min(inside, outside)} for a matrix of {inside} × {outside}, got {rank}"
            )
        like = {"device": base.weight.device, "dtype": base.weight.dtype}
        self.base = base.requires_grad_(False)
        self.rank, self.alpha = rank, alpha
        self.lora_A = nn.Parameter(torch.empty(rank, inside, **like))
        self.lora_B = nn.Parameter(torch.zeros(outside, rank, **like))
        self.dropout = nn.Dropout(dropout)
        bound = 1 / math.sqrt(inside)  # as `nn.Linear` begins
        with torch.no_grad():
            self.lora_A.uniform_(-bound, bound, generator=generator)

    @property
    def scale(self) -> float:
        """By what the product is multiplied: with it, another rank needs no other learning rate, or nearly so."""
        return self.alpha / self.rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base(x) + self.scale * (self.dropout(x) @ self.lora_A.T @ self.lora_B.T)

    def change(self) -> torch.Tensor:
        """What the two thin matrices add to the large one, in its own layout."""
        change = self.scale * (self.lora_B @ self.lora_A)  # (out, in)
        return change.T if isinstance(self.base, Linear) else change


def sides(base: nn.Module) -> tuple[int, int]:
    """The inputs and outputs of a matrix: ours is stored (in, out), torch's (out, in)."""
    return tuple(base.weight.shape) if isinstance(base, Linear) else tuple(base.weight.shape)[::-1]


def add_lora(
    model: nn.Module,
    targets: Iterable[str] = ("q_proj", "v_proj"),
    *,
    rank: int = 8,
    alpha: float = 16.0,
    dropout: float = 0.0,
    generator: torch.Generator | None = None,
) -> nn.Module:
    """Freeze a model and put thin matrices beside those whose name ends with one of `targets`; return the model.

    The model itself is changed; `merge_lora` makes it plain again. Raises ValueError when a target is no matrix of the
    model, or when it has such layers already.

    >>> model = add_lora(nn.ModuleDict({"q_proj": nn.Linear(8, 8), "v_proj": nn.Linear(8, 8)}), rank=2)
    >>> trainable_share(model)
    0.3076923076923077
    """
    if any(lora_layers(model)):
        raise ValueError("the model has LoRA layers already: merge_lora(model) first")
    targets = tuple(targets)
    places = [
        (name, part)
        for name, part in model.named_modules()
        if isinstance(part, (Linear, nn.Linear)) and name.rpartition(".")[2] in targets
    ]
    ends = {name.rpartition(".")[2] for name, part in model.named_modules() if isinstance(part, (Linear, nn.Linear))}
    if missing := set(targets) - ends:
        raise ValueError(f"no matrix is called {', '.join(sorted(missing))}; the model has {', '.join(sorted(ends))}")
    model.requires_grad_(False)
    for name, part in places:
        replace(model, name, LoRALinear(part, rank, alpha, dropout=dropout, generator=generator))
    return model


def lora_layers(model: nn.Module) -> Iterator[tuple[str, LoRALinear]]:
    """The layers of a model that have thin matrices, with their names."""
    return ((name, part) for name, part in model.named_modules() if isinstance(part, LoRALinear))


def merge_lora(model: nn.Module) -> nn.Module:
    """Add the thin matrices to the large ones and take them away; return the model, as fast as before tuning.

    Its parameters stay frozen. Raises ValueError when there is nothing to merge.
    """
    layers = list(lora_layers(model))
    if not layers:
        raise ValueError("the model has no LoRA layers: add_lora(model) makes some")
    for name, layer in layers:
        with torch.no_grad():
            layer.base.weight += layer.change()
        replace(model, name, layer.base)
    return model


def replace(model: nn.Module, name: str, part: nn.Module) -> None:
    """Put another part into the place of this name."""
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, part)


def trainable_share(model: nn.Module) -> float:
    """Parameters that are trained, over all: what LoRA adds counts in both.

    >>> trainable_share(nn.Linear(3, 4))
    1.0
    """
    numbers = [(p.numel(), p.requires_grad) for p in model.parameters()]
    return sum(number for number, trained in numbers if trained) / sum(number for number, _ in numbers)
