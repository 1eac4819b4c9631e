"""How large the gradient is, and a limit to it (Pascanu, Mikolov and Bengio 2013)."""

from collections.abc import Iterable

import torch

__all__ = ["clip_gradients", "gradient_norm"]


def gradient_norm(params: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return the length of all gradients taken as one long vector: a scalar, 0 where there are none.

    >>> w = torch.zeros(2)
    >>> w.grad = torch.tensor([3.0, 4.0])
    >>> gradient_norm([w])
    tensor(5.)
    """
    grads = [p.grad for p in params if p.grad is not None]
    return torch.stack([grad.norm() for grad in grads]).norm() if grads else torch.zeros(())


def clip_gradients(params: Iterable[torch.Tensor], limit: float) -> torch.Tensor:
    """Shorten the gradient to `limit` if it is longer, in its own direction; return its length before.

    Raises ValueError for a limit that is not positive.

    >>> w = torch.zeros(2)
    >>> w.grad = torch.tensor([3.0, 4.0])
    >>> clip_gradients([w], limit=1.0), w.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    if not limit > 0:
        raise ValueError(f"the limit of the gradient's length must be above 0, got {limit}")
    params = list(params)
    norm = gradient_norm(params)
    if norm > limit:
        for p in params:
            if p.grad is not None:
                p.grad *= limit / norm
    return norm
