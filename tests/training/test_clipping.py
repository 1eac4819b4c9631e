"""Clipping against torch's own."""

import pytest
import torch

from llmai_edu.training.clipping import clip_gradients, gradient_norm


def parameters():
    params = [torch.zeros(shape) for shape in ((3, 4), (4,), (2,))]
    for i, p in enumerate(params[:2]):  # the last one has no gradient
        p.grad = torch.randn(p.shape, generator=torch.Generator().manual_seed(i))
    return params


@pytest.mark.parametrize("limit", [0.5, 100.0])
def test_equals_torchs(limit):
    ours, theirs = parameters(), parameters()
    expected = torch.nn.utils.clip_grad_norm_(theirs, limit)
    torch.testing.assert_close(clip_gradients(iter(ours), limit), expected)
    torch.testing.assert_close([p.grad for p in ours[:2]], [p.grad for p in theirs[:2]])
    assert gradient_norm(ours) <= limit * 1.0001


def test_no_gradient_has_no_length():
    assert gradient_norm([torch.zeros(2)]) == 0


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        clip_gradients(parameters(), 0.0)
