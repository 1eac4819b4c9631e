"""Masks against their definition, token by token."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.models.masks import causal_mask, padding_mask, sliding_window_mask, token_positions


@given(queries=st.integers(1, 9), past=st.integers(0, 9), window=st.integers(1, 12))
def test_windows_and_causality_by_definition(queries, past, window):
    keys = queries + past
    near, causal = sliding_window_mask(queries, keys, window), causal_mask(queries, keys)
    for t in range(queries):
        for s in range(keys):
            distance = (past + t) - s
            assert causal[t, s] == (distance >= 0)
            assert near[t, s] == (0 <= distance < window)


@given(rows=st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=3))
def test_positions_count_the_tokens_of_each_text(rows):
    mask = torch.tensor(rows)
    positions = token_positions(mask, before=4)
    for row, found in zip(rows, positions.tolist()):
        places = iter(range(4, 9))
        assert [p for p, real in zip(found, row) if real] == [next(places) for real in row if real]
    assert (positions >= 0).all()


def test_padding_is_hidden_from_every_head_and_query():
    mask = padding_mask(torch.tensor([[0, 1], [1, 1]]))
    assert mask.shape == (2, 1, 1, 2)
    assert mask[:, 0, 0].tolist() == [[False, True], [True, True]]


def test_refusals():
    with pytest.raises(ValueError, match="at least as many keys"):
        causal_mask(3, 2)
    with pytest.raises(ValueError, match="at least the token itself"):
        sliding_window_mask(2, 2, 0)
    with pytest.raises(ValueError, match=r"shape \(B, S\)"):
        padding_mask(torch.ones(3))
