"""Every token is scored exactly once, with enough before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.evaluation.sliding import sliding_windows


@given(st.integers(0, 300), st.integers(2, 40), st.data())
def test_each_token_once_and_never_without_a_past(n_tokens, context, data):
    stride = data.draw(st.integers(1, context - 1))
    scored = []
    for begin, scored_from, end in sliding_windows(n_tokens, context, stride):
        assert 0 <= begin < scored_from < end <= n_tokens
        assert end - begin <= context
        assert begin == 0 or scored_from - begin >= context - stride
        scored += range(scored_from, end)
    assert scored == list(range(1, n_tokens))


def test_a_short_text_is_one_window():
    assert sliding_windows(5, context=8, stride=4) == [(0, 1, 5)]


@pytest.mark.parametrize("stride", [0, 8])
def test_a_stride_that_leaves_no_past_is_refused(stride):
    with pytest.raises(ValueError, match="stride"):
        sliding_windows(10, context=8, stride=stride)
