"""A matrix stored the way that a CPU reads it fastest when it writes one token at a time."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    """A matrix stored (in, out): y = x @ weight, plus a bias where one is asked for.

    With one token there is one multiplication for each number of the matrix, so the time goes into reading it from
    memory. `nn.Linear` stores (out, in); the same numbers stored (in, out) come in about 1.3 times as fast on one core.

    x: (..., in). Returns (..., out).

    >>> Linear(3, 5)(torch.zeros(2, 3)).shape
    torch.Size([2, 5])
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        one_token = x.numel() == self.weight.shape[0]
        if one_token and x.is_cpu:
            y = vector_matmul(x, self.weight, torch.get_num_threads())
            return y if self.bias is None else y + self.bias
        if self.bias is None:
            return x @ self.weight
        return torch.addmm(self.bias, x.flatten(0, -2), self.weight).unflatten(0, x.shape[:-1])

    def extra_repr(self) -> str:
        return "{}, {}".format(*self.weight.shape)


def vector_matmul(x: torch.Tensor, weight: torch.Tensor, threads: int) -> torch.Tensor:
    """x @ weight for a single vector, on several cores.

    torch computes vector times matrix on one core, however many there are, but a batch of products on all of them. So
    the sum over `in` is cut into as many parts as there are threads, and the parts are added.

    x: (..., in), all but the last of size 1. weight: (in, out). Returns (..., out).

    >>> vector_matmul(torch.tensor([[1.0, 2.0]]), torch.tensor([[10.0, 20.0], [30.0, 40.0]]), threads=2).tolist()
    [[70.0, 100.0]]
    """
    parts = math.gcd(weight.shape[0], threads)  # equal parts, or none
    if parts == 1:
        return x @ weight
    sums = torch.bmm(x.reshape(parts, 1, -1), weight.unflatten(0, (parts, -1)))  # (parts, 1, out)
    return sums.sum(0).view(*x.shape[:-1], -1)
