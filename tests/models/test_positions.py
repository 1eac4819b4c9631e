"""Sinusoidal positions against the paper's formula, transformers' table, and the property that they exist for."""

import math

import numpy as np
import pytest
import torch
from transformers.models.marian.modeling_marian import MarianSinusoidalPositionalEmbedding

from llmai_edu.models.positions import sinusoidal_positions


def test_follows_the_paper_number_by_number():
    table = sinusoidal_positions(7, 6)
    for t in range(7):
        for i in range(3):
            angle = t / 10_000 ** (2 * i / 6)
            assert table[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert table[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


def test_equals_transformers_table_which_has_the_sines_first():
    theirs = MarianSinusoidalPositionalEmbedding(50, 16)
    expected = theirs.create_weight()  # (50, 16)
    ours = sinusoidal_positions(50, 16)
    torch.testing.assert_close(torch.cat((ours[:, 0::2], ours[:, 1::2]), 1), expected, rtol=1e-5, atol=1e-6)


def test_dot_products_tell_the_distance_alone():
    table = sinusoidal_positions(400, 32).double()
    products = table @ table.T
    for distance in (0, 1, 5, 60):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=0, atol=1e-5)
    speeds = 10_000.0 ** (-np.arange(16) / 16)
    assert products[0, 5].item() == pytest.approx(np.cos(5 * speeds).sum(), abs=1e-5)


def test_a_step_is_the_same_rotation_everywhere():
    table = sinusoidal_positions(300, 8).double()
    found = torch.linalg.lstsq(table[:-3], table[3:]).solution
    torch.testing.assert_close(table[:-3] @ found, table[3:], rtol=0, atol=1e-4)
    torch.testing.assert_close(found @ found.T, torch.eye(8, dtype=torch.float64), rtol=0, atol=1e-3)


def test_far_places_keep_their_precision():
    row = sinusoidal_positions(100_001, 2)[100_000]
    assert row[0].item() == pytest.approx(math.sin(100_000), abs=1e-6)


@pytest.mark.parametrize("channels", [0, 3, -2])
def test_refuses_channels_that_make_no_pairs(channels):
    with pytest.raises(ValueError, match="positive even number"):
        sinusoidal_positions(4, channels)
