"""Distillation: the soft loss by hand, T² in the gradient, and a student that comes to agree with its teacher."""

import pytest
import torch
from torch.nn import functional as F

from llmai_edu.finetuning.distill import Distillation, distillation_loss, soft_loss
from llmai_edu.models.llama import Llama, LlamaConfig

GENERATOR = torch.Generator().manual_seed(0)
STUDENT, TEACHER = torch.randn(2, 3, 5, generator=GENERATOR), torch.randn(2, 3, 5, generator=GENERATOR)
TARGETS = torch.randint(5, (2, 3), generator=GENERATOR)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_soft_loss_is_the_divergence_of_torchs_distributions(temperature):
    p, q = (torch.distributions.Categorical(logits=logits / temperature) for logits in (TEACHER, STUDENT))
    want = temperature**2 * torch.distributions.kl_divergence(p, q).mean()
    torch.testing.assert_close(soft_loss(STUDENT, TEACHER, temperature), want)


def test_at_a_high_temperature_the_gradient_is_that_of_matched_logits():
    student = STUDENT.clone().requires_grad_()
    soft_loss(student, TEACHER, 1000.0).backward()
    difference = (STUDENT - STUDENT.mean(-1, keepdim=True)) - (TEACHER - TEACHER.mean(-1, keepdim=True))
    torch.testing.assert_close(student.grad, difference / 5 / 6, atol=2e-3, rtol=0.02)  # over V, and 6 positions


def test_the_ends_of_the_share():
    hard = F.cross_entropy(STUDENT.flatten(0, 1), TARGETS.flatten())
    torch.testing.assert_close(distillation_loss(STUDENT, TEACHER, TARGETS, share=0.0), hard)
    torch.testing.assert_close(distillation_loss(STUDENT, TEACHER, TARGETS, share=1.0), soft_loss(STUDENT, TEACHER))


def test_a_student_comes_to_agree_with_its_teacher_who_stays():
    teacher = Llama(LlamaConfig(32, 16, 32, 1, 2, 2, 16), generator=torch.Generator().manual_seed(1)).eval()
    with torch.no_grad():
        teacher.lm_head.weight.mul_(20)
    student = Llama(LlamaConfig(32, 16, 32, 1, 2, 2, 16), generator=torch.Generator().manual_seed(2))
    before = teacher.lm_head.weight.clone()
    loss, optimizer = Distillation(teacher, share=1.0), torch.optim.AdamW(student.parameters(), 1e-2)
    ids = torch.randint(32, (4, 12), generator=torch.Generator().manual_seed(3))
    values = []
    for _ in range(60):
        value = loss(student, (ids, ids))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        values.append(value.item())
    assert values[-1] < 0.5 * values[0]
    assert torch.equal(teacher.lm_head.weight, before)
    assert teacher.lm_head.weight.grad is None


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: soft_loss(STUDENT, TEACHER[..., :4]), r"student's logits have shape \(2, 3, 5\)"),
        (lambda: soft_loss(STUDENT, TEACHER, 0.0), "must be positive"),
        (lambda: distillation_loss(STUDENT, TEACHER, TARGETS, share=2.0), "from 0 to 1"),
        (lambda: Distillation(torch.nn.Linear(2, 2)), "training mode"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
