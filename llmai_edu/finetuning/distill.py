"""Distillation: a small model learns from the probabilities of a large one, not only from the text.

The text says which token came next. The teacher says, for every token, how likely it would have been. Hinton et
al. 2015, "Distilling the Knowledge in a Neural Network".
"""

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["Distillation", "distillation_loss", "soft_loss"]


def soft_loss(student: torch.Tensor, teacher: torch.Tensor, temperature: float = 1.0) -> torch.Tensor:
    """How far the student's distribution is from the teacher's, KL(teacher || student) in nats, mean over positions.

    Both are softened: their logits are divided by the temperature. The gradient of that shrinks as 1/T², so the result
    is multiplied by T², and a change of temperature does not change the size of the steps (section 2 of the paper).

    student, teacher: logits (..., V). Returns a scalar, 0 when the two agree. Raises ValueError for other shapes or a
    temperature that is not positive.

    >>> logits = torch.tensor([[1.0, 2.0, 3.0]])
    >>> soft_loss(logits + 5, logits).item()              # a constant added to all logits changes nothing
    0.0
    """
    if student.shape != teacher.shape:
        shapes = f"{tuple(student.shape)}, the teacher's {tuple(teacher.shape)}"
        raise ValueError(f"the student's logits have shape {shapes}")
    if not temperature > 0:
        raise ValueError(f"the temperature must be positive, got {temperature}")
    log_q = F.log_softmax(student.flatten(0, -2).float() / temperature, dim=-1)
    log_p = F.log_softmax(teacher.flatten(0, -2).float() / temperature, dim=-1)
    return temperature**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


def distillation_loss(
    student: torch.Tensor, teacher: torch.Tensor, targets: torch.Tensor, temperature: float = 1.0, share: float = 0.5
) -> torch.Tensor:
    """`share` of the soft loss, and for the rest the usual cross-entropy with the token that came.

    student, teacher: logits (B, T, V). targets: (B, T) of int64. Raises ValueError as `soft_loss`, and for a share
    outside of 0 to 1.

    >>> logits, targets = torch.zeros(1, 2, 4), torch.tensor([[0, 3]])
    >>> round(distillation_loss(logits, logits, targets, share=0.5).item(), 4)      # half of ln 4, and no difference
    0.6931
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is the teacher's part of the loss, from 0 to 1, got {share}")
    hard = F.cross_entropy(student.flatten(0, -2).float(), targets.flatten())
    return share * soft_loss(student, teacher, temperature) + (1 - share) * hard


class Distillation:
    """The loss of a training loop in which a teacher takes part: (model, batch) -> scalar.

    The teacher reads the same ids as the student, and is not changed. It must have the same vocabulary.

    >>> from llmai_edu.models.llama import Llama, LlamaConfig
    >>> models = [Llama(LlamaConfig(64, width, 32, 1, 2, 2, 16)).eval() for width in (32, 8)]
    >>> loss = Distillation(models[0], temperature=2.0, share=0.5)
    >>> loss(models[1], (torch.zeros(1, 4, dtype=torch.int64), torch.ones(1, 4, dtype=torch.int64))).shape
    torch.Size([])
    """

    def __init__(self, teacher: nn.Module, temperature: float = 1.0, share: float = 0.5) -> None:
        if teacher.training:
            raise ValueError("the teacher is in training mode: call teacher.eval() first")
        self.teacher, self.temperature, self.share = teacher, temperature, share

    def __call__(self, model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        ids, targets = batch
        with torch.no_grad():
            teacher = self.teacher(ids)  # (B, T, V)
        return distillation_loss(model(ids), teacher, targets, self.temperature, self.share)
