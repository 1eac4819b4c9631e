"""What LoRA costs, counted from the shapes of a model's matrices, beside training the whole."""

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from llmai_edu.finetuning.lora import sides
from llmai_edu.models.linear import Linear

__all__ = ["LoRACost", "lora_cost"]

NUMBER = 4  # bytes of a float32
TRAINING = 3 * NUMBER  # a gradient, and Adam's two means


@dataclass(frozen=True)
class LoRACost:
    """Trained parameters and all of them, LoRA's included; the other figures follow from these two.

    >>> LoRACost(trained=10, total=1010).training_bytes
    120
    """

    trained: int
    total: int

    @property
    def share(self) -> float:
        """Trained parameters over all."""
        return self.trained / self.total

    @property
    def file_bytes(self) -> int:
        """The adapter's numbers in float32, without names and settings."""
        return NUMBER * self.trained

    @property
    def training_bytes(self) -> int:
        """Gradients and Adam's means. The model itself and its activations come on top, whatever is trained."""
        return TRAINING * self.trained

    @property
    def whole_training_bytes(self) -> int:
        """The same where every parameter of the model is trained, and none added."""
        return TRAINING * (self.total - self.trained)


def lora_cost(model: nn.Module, targets: Iterable[str], rank: int, first: int = 0) -> LoRACost:
    """Count what `add_lora(model.layers[first:], targets, rank=rank)` would add; the model is not changed.

    model: one without LoRA layers, such as our Llama; on the meta device it needs no memory. Raises ValueError for a
    rank below 1, or when no matrix has such a name.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> lora_cost(Llama(LlamaConfig(64, 32, 48, 2, 4, 2, 32)), ["q_proj"], rank=2).trained      # 2 · 2 · (32 + 32)
    256
    """
    if rank < 1:
        raise ValueError(f"rank must be at least 1, got {rank}")
    targets = tuple(targets)
    trained = sum(
        rank * sum(sides(part))
        for name, part in model.layers[first:].named_modules()
        if isinstance(part, (Linear, nn.Linear)) and name.rpartition(".")[2] in targets
    )
    if not trained:
        raise ValueError(f"no matrix is called {', '.join(targets)}")
    return LoRACost(trained, trained + sum(weight.numel() for weight in model.parameters()))
