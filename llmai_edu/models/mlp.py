"""Backpropagation written out: each layer forward and backward, and a multilayer perceptron made of them.

No autograd: every gradient is a formula on tensors (Rumelhart, Hinton and Williams 1986, "Learning representations by
back-propagating errors"). A backward function takes the gradient of the loss with respect to what its layer gave out,
and returns that with respect to what went in. Bengio's language model is in `mlp_lm`.
"""

from collections.abc import Sequence

import torch

__all__ = [
    "MLP",
    "cross_entropy",
    "cross_entropy_backward",
    "linear",
    "linear_backward",
    "mlp_backward",
    "mlp_forward",
    "tanh_backward",
]

Layer = tuple[torch.Tensor, torch.Tensor]  # weight (in, out) and bias (out,)


def linear(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """One layer: every output is a weighted sum of the inputs, plus its own bias.

    x: (B, in). weight: (in, out). bias: (out,). Returns (B, out).

    >>> linear(torch.tensor([[1.0, 2.0]]), torch.tensor([[10.0], [100.0]]), torch.tensor([1.0])).tolist()
    [[211.0]]
    """
    return x @ weight + bias


def linear_backward(
    grad: torch.Tensor, x: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the gradients of x, weight and bias, given that of the layer's output.

    The input's is the same sum read backwards; a weight's is its input times the output's gradient, added up over
    the batch.

    grad: (B, out). x: (B, in). weight: (in, out). Returns (B, in), (in, out), (out,).

    >>> x, weight = torch.tensor([[1.0, 2.0]]), torch.tensor([[10.0], [100.0]])
    >>> [g.tolist() for g in linear_backward(torch.tensor([[1.0]]), x, weight)]
    [[[10.0, 100.0]], [[1.0], [2.0]], [1.0]]
    """
    return grad @ weight.T, x.T @ grad, grad.sum(0)


def tanh_backward(grad: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the gradient of x, given that of y = tanh(x): the slope of tanh is 1 - y².

    Any shape, the same for both.

    >>> tanh_backward(torch.tensor([1.0, 1.0]), torch.tensor([0.0, 1.0])).tolist()  # steepest at 0, flat at the end
    [1.0, 0.0]
    """
    return grad * (1 - y * y)


def cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean of -log softmax(logits) at the targets, in nats.

    The largest logit is taken off first: exp of a large number would overflow, and the difference does not
    change the softmax. logits: (B, V). targets: (B,) of int64. Returns a scalar.

    >>> round(cross_entropy(torch.zeros(3, 8), torch.tensor([0, 3, 7])).item(), 4)  # guessing among 8: ln 8
    2.0794
    """
    shifted = logits - logits.amax(1, keepdim=True)  # (B, V)
    log_probs = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -log_probs[torch.arange(len(targets)), targets].mean()


def cross_entropy_backward(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the mean loss with respect to the logits: (what was said - what occurred) / B.

    logits: (B, V). targets: (B,). Returns (B, V).

    >>> cross_entropy_backward(torch.zeros(1, 4), torch.tensor([2])).tolist()
    [[0.25, 0.25, -0.75, 0.25]]
    """
    grad = logits.softmax(1)
    grad[torch.arange(len(targets)), targets] -= 1
    return grad / len(targets)


def mlp_forward(x: torch.Tensor, layers: Sequence[Layer]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Apply the layers with tanh between them; keep what went into each, for the way back.

    x: (B, C). Returns the logits (B, V) and the list of inputs, one for each layer.
    """
    inputs = []
    for weight, bias in layers[:-1]:
        inputs.append(x)
        x = linear(x, weight, bias).tanh()
    return linear(x, *layers[-1]), [*inputs, x]


def mlp_backward(grad: torch.Tensor, inputs: Sequence[torch.Tensor], layers: Sequence[Layer]) -> list[Layer]:
    """Go back from the last layer to the first; return the gradient of every weight and bias.

    grad: (B, V), of the logits. inputs: as `mlp_forward` returned them, which are the outputs of the tanh before.
    """
    grads = []
    for n in reversed(range(len(layers))):
        grad, grad_weight, grad_bias = linear_backward(grad, inputs[n], layers[n][0])
        grads.insert(0, (grad_weight, grad_bias))
        if n:  # what went in here came out of a tanh
            grad = tanh_backward(grad, inputs[n])
    return grads


class MLP:
    """A classifier of linear layers with tanh between them, and its own backpropagation.

    sizes: the channels from input to output. generator: draws the weights (Glorot and Bengio 2010: normal, variance
    2 / (in + out)); biases start at 0. `parameters()` and `.grad` are as torch's optimizers expect them.
    Raises ValueError for fewer than two sizes.

    >>> model = MLP([2, 8, 3], generator=torch.Generator().manual_seed(0))
    >>> model(torch.zeros(5, 2)).shape
    torch.Size([5, 3])
    """

    def __init__(
        self, sizes: Sequence[int], *, generator: torch.Generator | None = None, dtype: torch.dtype = torch.float32
    ) -> None:
        if len(sizes) < 2:
            raise ValueError(f"sizes lists the channels from input to output, at least two numbers; got {sizes}")
        self.layers: list[Layer] = []
        for n_in, n_out in zip(sizes, sizes[1:]):  # noqa: RUF007  (as a beginner reads it)
            weight = torch.randn(n_in, n_out, generator=generator, dtype=dtype)
            self.layers.append((weight * (2 / (n_in + n_out)) ** 0.5, torch.zeros(n_out, dtype=dtype)))

    def parameters(self) -> list[torch.Tensor]:
        """Every weight and bias, first layer first."""
        return [p for layer in self.layers for p in layer]

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return mlp_forward(x, self.layers)[0]

    def loss_and_grad(self, x: torch.Tensor, targets: torch.Tensor) -> float:
        """Return the cross-entropy of a batch, and leave the gradient of each parameter in its `.grad`.

        x: (B, C). targets: (B,) of int64.
        """
        logits, inputs = mlp_forward(x, self.layers)
        grads = mlp_backward(cross_entropy_backward(logits, targets), inputs, self.layers)
        for parameter, grad in zip(self.parameters(), [g for layer in grads for g in layer]):
            parameter.grad = grad
        return cross_entropy(logits, targets).item()
