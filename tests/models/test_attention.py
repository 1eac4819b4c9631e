"""Attention against its formula written out, and the causal mask against torch's own."""

import pytest
import torch
import torch.nn.functional as F

from llmai_edu.models.attention import attention, attention_weights
from llmai_edu.models.masks import causal_mask


def draw(*shape, device):
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape))).to(device)


def written_out(q, k, v, mask):
    """softmax(q kᵀ / √D) v, with a key head for every query head."""
    groups = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(groups, dim=1), v.repeat_interleave(groups, dim=1)
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    return scores.masked_fill(~mask, -torch.inf).softmax(-1) @ v


@pytest.mark.parametrize("key_heads", [1, 2, 6])
def test_equals_the_formula_for_every_grouping(key_heads, device):
    q, k, v = draw(2, 6, 3, 4, device=device), draw(2, key_heads, 5, 4, device=device), None
    v = k.flip(2)
    mask = causal_mask(3, 5, device)
    torch.testing.assert_close(attention(q, k, v, mask), written_out(q, k, v, mask))


def test_without_a_mask_every_query_sees_every_key(device):
    q, k = draw(1, 2, 3, 4, device=device), draw(1, 2, 5, 4, device=device)
    everything = torch.ones(3, 5, dtype=torch.bool, device=device)
    torch.testing.assert_close(attention(q, k, k), written_out(q, k, k, everything))


def test_causal_mask_is_what_torch_calls_causal(device):
    q, k = draw(1, 2, 7, 4, device=device), draw(1, 2, 7, 4, device=device)
    expected = F.scaled_dot_product_attention(q, k, k, is_causal=True)
    torch.testing.assert_close(attention(q, k, k, causal_mask(7, 7, device)), expected)


def test_causal_mask_of_later_tokens_is_the_lower_part_of_the_whole():
    assert torch.equal(causal_mask(3, 8), causal_mask(8, 8)[5:])


def test_a_hidden_token_changes_nothing(device):
    q, k = draw(1, 1, 4, 8, device=device), draw(1, 1, 4, 8, device=device)
    changed = k.clone()
    changed[:, :, 3] += 100
    mask = causal_mask(4, 4, device)
    before, after = attention(q, k, k, mask), attention(q, changed, changed, mask)
    torch.testing.assert_close(before[:, :, :3], after[:, :, :3])
    assert not torch.allclose(before[:, :, 3], after[:, :, 3])


def test_refuses_heads_that_cannot_be_shared():
    with pytest.raises(ValueError, match="3 query heads cannot share 2 key heads"):
        attention(torch.zeros(1, 3, 1, 2), torch.zeros(1, 2, 1, 2), torch.zeros(1, 2, 1, 2))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("queries", [1, 3, 5])
def test_mask_bias_and_causality_combine(causal, with_bias, with_mask, queries, device):
    q, k = draw(2, 4, queries, 8, device=device), draw(2, 2, 5, 8, device=device)
    v = k.flip(2)
    bias = draw(1, 4, queries, 5, device=device) if with_bias else None
    mask = torch.tensor([[0, 1, 1, 1, 1], [1, 1, 1, 1, 1]], device=device).bool()[:, None, None] if with_mask else None
    full = torch.ones(2, 1, queries, 5, dtype=torch.bool, device=device)
    full &= True if mask is None else mask
    full &= causal_mask(queries, 5, device) if causal else True
    scores = q @ k.repeat_interleave(2, 1).transpose(-1, -2) * 0.3 + (0 if bias is None else bias)
    weights = torch.where(full, scores, -torch.inf).softmax(-1).nan_to_num(0.0)
    arguments = {"bias": bias, "causal": causal, "scale": 0.3}
    torch.testing.assert_close(attention_weights(q, k, mask, **arguments), weights)
    expected = weights @ v.repeat_interleave(2, 1)
    torch.testing.assert_close(attention(q, k, v, mask, **arguments), expected)


def test_a_query_that_may_see_nothing_gets_zeros_and_finite_gradients(device):
    q = draw(1, 1, 3, 4, device=device).requires_grad_()
    mask = torch.tensor([[False] * 3, [True, False, False], [True] * 3], device=device)
    y = attention(q, q, q, mask)
    assert (y[:, :, 0] == 0).all()
    assert (attention_weights(q, q, mask)[:, :, 0] == 0).all()
    y.sum().backward()
    assert q.grad.isfinite().all()


def test_dropout_zeroes_weights():
    q = draw(1, 1, 400, 4, device="cpu")
    torch.manual_seed(0)
    y = attention(q, q, torch.ones_like(q), dropout=0.5)  # sums of the weights that are left, each doubled
    assert y.std() > 0.01  # without dropout every sum is 1
    assert abs(y.mean() - 1) < 0.05


@pytest.mark.parametrize("dtype", [torch.int64, torch.float32])
def test_refuses_a_mask_of_numbers(dtype):
    """Torch would add them to the scores: a padding's 0 would hide nothing."""
    q, mask = torch.zeros(1, 1, 2, 4), torch.tensor([[1, 0]]).to(dtype)
    for call in (lambda: attention(q, q, q, mask), lambda: attention_weights(q, q, mask, causal=True)):
        with pytest.raises(ValueError, match=f"mask must be of bool, .* got {dtype}"):
            call()
