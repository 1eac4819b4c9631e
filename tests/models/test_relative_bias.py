"""The buckets against transformers' over all distances, and what they must be by hand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.models.t5.modeling_t5 import T5Attention

from llmai_edu.models.relative_bias import RelativeBias, relative_position_bucket


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize(("buckets", "farthest"), [(32, 128), (8, 20), (16, 500), (4, 3), (12, 64)])
def test_buckets_equal_transformers(bidirectional, buckets, farthest):
    relative = torch.arange(-1200, 1201)
    expected = T5Attention._relative_position_bucket(relative, bidirectional, buckets, farthest)
    ours = relative_position_bucket(relative, bidirectional=bidirectional, num_buckets=buckets, max_distance=farthest)
    assert torch.equal(ours, expected)


@given(st.integers(2, 40), st.integers(1, 400))
def test_each_distance_has_a_bucket_and_farther_is_never_an_earlier_one(half, beyond):
    relative = -torch.arange(0, 1000)
    buckets = relative_position_bucket(relative, bidirectional=False, num_buckets=2 * half, max_distance=half + beyond)
    assert buckets.min() == 0
    assert buckets.max() == 2 * half - 1
    assert (buckets.diff() >= 0).all()
    assert buckets[:half].tolist() == list(range(half))
    assert (buckets[half + beyond :] == 2 * half - 1).all()


def test_the_two_directions_share_no_bucket():
    relative = torch.arange(1, 300)
    ahead = relative_position_bucket(relative, bidirectional=True)
    behind = relative_position_bucket(-relative, bidirectional=True)
    assert torch.equal(ahead, behind + 16)


@pytest.mark.parametrize("settings", [{"num_buckets": 1}, {"num_buckets": 32, "max_distance": 16}])
def test_settings_that_leave_no_shared_bucket_are_refused(settings):
    with pytest.raises(ValueError, match="no exact or no shared bucket"):
        relative_position_bucket(torch.tensor([1]), bidirectional=False, **settings)


@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_last_queries_get_the_last_rows(bidirectional, device):
    bias = RelativeBias(3, bidirectional=bidirectional, num_buckets=8, max_distance=10).to(device)
    torch.nn.init.normal_(bias.weight)
    whole = bias(12, 12)  # (1, H, 12, 12)
    assert torch.equal(bias(2, 12), whole[:, :, -2:])
    assert torch.equal(whole[0, :, 5, 3], whole[0, :, 9, 7])  # only the distance counts
