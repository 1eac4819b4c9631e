"""AdamW whose groups of parameters learn at different rates, under one schedule."""

from collections.abc import Iterable

import torch
from torch import nn

__all__ = ["GroupRateAdamW", "faster"]


class GroupRateAdamW(torch.optim.AdamW):
    """AdamW; each group's rate is the common rate times its own `times`, which is 1 unless the group says otherwise.

    Adam moves every number by about the learning rate at a step, whether the number is 1 or 0.01. So vectors that
    begin at size 1 need a larger rate than matrices that begin at 0.1, or they stay where they were drawn.

    >>> group = {"params": [nn.Parameter(torch.zeros(2))], "times": 10}
    >>> GroupRateAdamW([group], lr=1e-3).param_groups[0]["times"]
    10
    """

    def __init__(self, groups: Iterable[dict], lr: float, **options) -> None:
        super().__init__([{"times": 1, **group} for group in groups], lr=lr, **options)

    def step(self, closure=None):
        """One step; between steps every group shows the common rate, which a schedule may set."""
        common = [group["lr"] for group in self.param_groups]
        try:
            for group in self.param_groups:
                group["lr"] *= group["times"]
            return super().step(closure)
        finally:
            for group, lr in zip(self.param_groups, common):
                group["lr"] = lr


def faster(model: nn.Module, name: str, times: float) -> list[dict]:
    """Two groups: the parameter of that name, which learns `times` as fast, and all others.

    Raises ValueError when the model has no such parameter.

    >>> [group["times"] for group in faster(nn.Linear(2, 3), "bias", 5)]
    [1, 5]
    """
    named = dict(model.named_parameters())
    if name not in named:
        raise ValueError(f"the model has no parameter {name!r}; it has {', '.join(named)}")
    rest = [value for key, value in named.items() if key != name]
    return [{"params": rest, "times": 1}, {"params": [named[name]], "times": times}]
