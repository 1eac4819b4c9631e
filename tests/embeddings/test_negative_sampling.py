"""Gradients against finite differences and torch, and one step against a loop over pairs."""

import numpy as np
import pytest
import torch

from llmai_edu.embeddings.negative_sampling import cbow_step, logistic_gradients, logistic_loss, skipgram_step

V, C = 7, 3
CENTRES, CONTEXTS = torch.tensor([[0, 1, 2]]), torch.tensor([[5, 0, 1, 2, 0]])  # a word twice among the contexts
LINKS = torch.tensor([[[1.0, 0, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]]])  # the last word has no neighbours
DRAWN = torch.tensor([[3, 4, 3, 0]])


def tables(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(V, C, generator=generator, dtype=torch.float64) for _ in range(2))


def random_case() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    shapes = [(2, 3, C), (2, 4, C), (4,), (2, 3, 4)]
    x, y, label, weight = (torch.rand(shape, generator=generator, dtype=torch.float64) * 4 - 2 for shape in shapes)
    return [x, y, (label > 0).double(), weight.abs()]


def test_gradients_are_finite_differences():
    x, y, label, weight = random_case()
    for which, gradient in enumerate(logistic_gradients(x, y, label, weight)):
        for place in np.ndindex(*gradient.shape):
            losses = []
            for step in (1e-6, -1e-6):
                moved = [x.clone(), y.clone()]
                moved[which][place] += step
                losses.append(logistic_loss(*moved, label, weight).item())
            assert gradient[place].item() == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-6)


def test_the_loss_is_cross_entropy_as_torch_has_it():
    x, y, label, weight = random_case()
    score = x @ y.mT
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        score, label.expand_as(score), weight, reduction="sum"
    )
    torch.testing.assert_close(logistic_loss(x, y, label, weight), theirs)


def nll(u: torch.Tensor, v: torch.Tensor, label: int) -> torch.Tensor:
    return -torch.log(torch.sigmoid((u @ v) if label else -(u @ v)))


def skipgram_by_loop(inputs: torch.Tensor, outputs: torch.Tensor, negatives: int) -> torch.Tensor:
    """The paper's objective, pair by pair; the expectation over words drawn is the mean over DRAWN."""
    total = torch.zeros((), dtype=torch.float64)
    for t, s in LINKS[0].nonzero().tolist():
        centre = inputs[CENTRES[0, t]]
        total = total + nll(centre, outputs[CONTEXTS[0, s]], 1)
        total = total + negatives * sum(nll(centre, outputs[w], 0) for w in DRAWN[0]) / DRAWN.shape[1]
    return total


def cbow_by_loop(inputs: torch.Tensor, outputs: torch.Tensor, negatives: int) -> torch.Tensor:
    total = torch.zeros((), dtype=torch.float64)
    for t in range(2):  # the third has no neighbours, so it predicts nothing
        mean = torch.stack([inputs[CONTEXTS[0, s]] for s in LINKS[0, t].nonzero()[:, 0]]).mean(0)
        total = total + nll(mean, outputs[CENTRES[0, t]], 1)
        total = total + negatives * sum(nll(mean, outputs[w], 0) for w in DRAWN[0]) / DRAWN.shape[1]
    return total


@pytest.mark.parametrize(
    ("step", "objective"), [(skipgram_step, skipgram_by_loop), (cbow_step, cbow_by_loop)], ids=["skipgram", "cbow"]
)
def test_a_step_goes_down_the_gradient_of_the_loop(step, objective):
    negatives, rate = 5, 0.1
    wanted = [table.requires_grad_() for table in tables()]
    loss = objective(*wanted, negatives)
    loss.backward()
    inputs, outputs = tables()
    seen = step(inputs, outputs, CENTRES, CONTEXTS, LINKS.double(), DRAWN, negatives, rate)
    torch.testing.assert_close(logistic_loss(*seen), loss.detach())
    for table, before in zip((inputs, outputs), wanted):
        torch.testing.assert_close(table, (before - rate * before.grad).detach())
