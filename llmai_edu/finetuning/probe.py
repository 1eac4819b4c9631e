"""A linear probe: logistic regression on features that stay as they are.

What a frozen encoder knows is measured by the simplest classifier on top of it. The fit has one best answer, so that
nothing depends on a start or on a learning rate (Alain and Bengio 2016, "Understanding Intermediate Layers Using
Linear Classifier Probes").
"""

import numpy as np
import torch
import torch.nn.functional as F

__all__ = ["fit_probe", "probe_logits"]


def fit_probe(
    features: np.ndarray, targets: np.ndarray, *, l2: float = 1.0, classes: int = 2, steps: int = 200
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases that make cross-entropy, summed over the examples, plus l2 / 2 · |W|² smallest.

    features: (N, C). targets: (N,) class numbers, or (N, K) shares of the classes, as `mixup` makes them. l2: how
    strongly the weights are pulled to 0; the biases are not. It is a sum: ten copies of each example are as good as a
    tenth of l2. Returns W (K, C) and b (K,), rows as in `nn.Linear`. Raises ValueError when the sizes do not fit, or
    l2 is not above 0.

    >>> W, b = fit_probe(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    >>> probe_logits(np.array([[3.0]]), W, b).argmax(1).tolist()
    [1]
    """
    x, y = as_tensors(features, targets, l2)
    weight = torch.zeros(classes, x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=steps, tolerance_grad=1e-7, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = F.cross_entropy(F.linear(x, weight, bias), y, reduction="sum") + l2 / 2 * weight.square().sum()
        total.backward()
        return total

    optimizer.step(loss)
    return weight.detach().numpy(), bias.detach().numpy()


def probe_logits(features: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The logits (N, K) of features (N, C).

    >>> probe_logits(np.array([[2.0, 0.0]]), np.eye(2), np.array([0.0, 1.0])).tolist()
    [[2.0, 1.0]]
    """
    return features @ weight.T + bias


def as_tensors(features: np.ndarray, targets: np.ndarray, l2: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Features and targets, checked, in double precision; class numbers stay integers."""
    x, y = np.asarray(features), np.asarray(targets)
    if x.ndim != 2 or len(x) != len(y) or not len(x):
        raise ValueError(f"need N features (N, C) and N targets, got shapes {x.shape} and {y.shape}")
    if not l2 > 0:
        raise ValueError(f"l2 must be above 0, got {l2}: without a pull the weights of separable classes never end")
    x = torch.as_tensor(x, dtype=torch.float64)
    return x, torch.as_tensor(y) if y.ndim == 1 else torch.as_tensor(y, dtype=torch.float64)
