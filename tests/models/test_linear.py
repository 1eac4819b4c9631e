"""Our matrix against torch's own linear layer, with one token and many, on one thread and several."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.linear import Linear, vector_matmul


@pytest.fixture
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def draw(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


@pytest.mark.parametrize("threads", [1, 2, 3, 5], indirect=True)
@pytest.mark.parametrize("shape", [(12,), (1, 12), (1, 1, 12), (3, 12), (2, 3, 12)])
def test_equals_torch_for_one_token_and_many(shape, threads, device):
    layer, x = Linear(12, 7).to(device), draw(*shape).to(device)
    layer.load_state_dict({"weight": draw(12, 7)})
    y = layer(x)
    assert y.shape == (*shape[:-1], 7)
    torch.testing.assert_close(y, F.linear(x, layer.weight.T))


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 5, 100])
def test_the_parts_add_up_whether_or_not_the_threads_divide_the_rows(threads):
    x, weight = draw(1, 1, 12), draw(12, 7)
    torch.testing.assert_close(vector_matmul(x, weight, threads), x @ weight)


def test_gradients_of_one_token_equal_those_of_the_product():
    x, weight = draw(1, 12).requires_grad_(), draw(12, 7).requires_grad_()
    in_parts = torch.autograd.grad(vector_matmul(x, weight, 4).square().sum(), (x, weight))
    whole = torch.autograd.grad((x @ weight).square().sum(), (x, weight))
    torch.testing.assert_close(in_parts, whole)
