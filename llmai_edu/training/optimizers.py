"""Gradient descent and its descendants, from their formulae: SGD, momentum, Adam, AdamW.

Each equals torch's of the same name, takes the same parameters, and reads the gradients from `.grad`. An optimizer
keeps a few numbers for every weight; that is why it must be saved with the model.
"""

from collections.abc import Iterable

import torch

__all__ = ["SGD", "Adam", "AdamW", "Momentum", "Optimizer", "set_learning_rate"]

Memory = dict[str, torch.Tensor | int]  # what an optimizer remembers of one parameter


class Optimizer:
    """What all have in common: a list of parameters, a learning rate, a memory for each parameter.

    params: tensors, as `model.parameters()` gives them. lr: the learning rate. A subclass says in `update` how one
    parameter changes. Raises ValueError for no parameters or a learning rate that is not positive.
    """

    def __init__(self, params: Iterable[torch.Tensor], lr: float) -> None:
        self.params = list(params)
        if not self.params or not lr > 0:
            raise ValueError(f"need parameters and a learning rate above 0, got {len(self.params)} and {lr}")
        self.lr = lr
        self.memory: list[Memory] = [{} for _ in self.params]

    def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
        """Change `p` in place."""
        raise NotImplementedError(f"{type(self).__name__} does not say how a parameter changes")

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        for p, memory in zip(self.params, self.memory):
            if p.grad is not None:
                self.update(p, p.grad, memory)

    def zero_grad(self) -> None:
        """Forget the gradients: backward adds to what is there."""
        for p in self.params:
            p.grad = None

    def state_dict(self) -> dict:
        """The learning rate and what is remembered of each parameter."""
        return {"lr": self.lr, "memory": self.memory}

    def load_state_dict(self, state: dict) -> None:
        """Take up what `state_dict` returned. Raises ValueError when it belongs to another number of parameters."""
        if len(state["memory"]) != len(self.params):
            raise ValueError(f"the state is of {len(state['memory'])} parameters, this model has {len(self.params)}")
        self.lr = state["lr"]
        self.memory = [
            {key: v.to(p).clone() if isinstance(v, torch.Tensor) else v for key, v in memory.items()}
            for p, memory in zip(self.params, state["memory"])
        ]


class SGD(Optimizer):
    """Stochastic gradient descent: a small step down the slope (Robbins and Monro 1951).

    >>> w = torch.tensor([3.0])
    >>> w.grad = 2 * w                          # of w²
    >>> SGD([w], lr=0.25).step()
    >>> w
    tensor([1.5000])
    """

    def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
        p -= self.lr * grad


class Momentum(Optimizer):
    """A ball that keeps a share of its velocity: steps in the same direction add up (Polyak 1964).

    Equals `torch.optim.SGD(momentum=momentum)`.
    """

    def __init__(self, params: Iterable[torch.Tensor], lr: float, momentum: float = 0.9) -> None:
        super().__init__(params, lr)
        self.momentum = momentum

    def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
        velocity = memory.setdefault("velocity", torch.zeros_like(p))
        velocity.mul_(self.momentum).add_(grad)
        p -= self.lr * velocity


class Adam(Optimizer):
    """Every weight has its own step: the mean gradient over its usual size (Kingma and Ba 2015).

    betas: how much of the mean gradient and of the mean square is kept at each step. eps: keeps a weight without
    gradients from dividing by 0.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr)
        self.betas, self.eps = betas, eps

    def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
        beta1, beta2 = self.betas
        mean = memory.setdefault("mean", torch.zeros_like(p))
        square = memory.setdefault("square", torch.zeros_like(p))
        memory["steps"] = steps = memory.get("steps", 0) + 1
        mean.mul_(beta1).add_((1 - beta1) * grad)
        square.mul_(beta2).add_((1 - beta2) * grad * grad)
        # Both began at 0 and are too small at first, by a factor that is known.
        mean_hat, square_hat = mean / (1 - beta1**steps), square / (1 - beta2**steps)
        p -= self.lr * mean_hat / (square_hat.sqrt() + self.eps)


class AdamW(Adam):
    """Adam that also draws every weight towards 0, apart from the gradient (Loshchilov and Hutter 2019).

    weight_decay: the share of a weight that a learning rate of 1 would take away at each step.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, lr, betas, eps)
        self.weight_decay = weight_decay

    def update(self, p: torch.Tensor, grad: torch.Tensor, memory: Memory) -> None:
        p *= 1 - self.lr * self.weight_decay
        super().update(p, grad, memory)


def set_learning_rate(optimizer: Optimizer | torch.optim.Optimizer, lr: float) -> None:
    """Change the learning rate of one of our optimizers, or of torch's."""
    for group in getattr(optimizer, "param_groups", []):
        group["lr"] = lr
    if isinstance(optimizer, Optimizer):
        optimizer.lr = lr
