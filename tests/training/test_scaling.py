"""Scaling laws: known ones are found again, and operations are those that torch counts."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.training.scaling import (
    ScalingLaw,
    bootstrap_laws,
    fit_scaling_law,
    matrix_parameters,
    prediction,
    training_flops,
)
from llmai_edu.training.windows import window_loss

TRUTH = ScalingLaw(E=1.4, A=30.0, B=60.0, alpha=0.38, beta=0.31)
N, D = np.repeat([2e4, 5e4, 1e5, 2e5, 5e5], 4), np.tile([1e6, 2e6, 4e6, 8e6], 5)


def test_a_law_without_noise_is_found_again():
    law = fit_scaling_law(N, D, TRUTH(N, D))
    assert law(2e6, 16e6) == pytest.approx(TRUTH(2e6, 16e6), abs=2e-3)
    assert law.alpha == pytest.approx(TRUTH.alpha, abs=0.03)
    assert law.beta == pytest.approx(TRUTH.beta, abs=0.03)


def test_a_search_from_nearby_finds_what_the_whole_search_finds():
    loss = TRUTH(N, D) * np.exp(np.random.default_rng(0).normal(0, 0.005, len(N)))
    whole = fit_scaling_law(N, D, loss)
    near = fit_scaling_law(N, D, loss, near=TRUTH)
    assert near(2e6, 8e6) == pytest.approx(whole(2e6, 8e6), abs=5e-3)


def test_with_noise_the_interval_holds_the_truth_in_most_cases():
    hits = 0
    for seed in range(6):
        noise = np.random.default_rng(seed).normal(0, 0.005, len(N))
        laws = bootstrap_laws(N, D, TRUTH(N, D) * np.exp(noise), draws=20, seed=seed)
        _, low, high = prediction(laws, 2e6, 8e6)
        assert low <= high
        hits += low - 0.01 <= TRUTH(2e6, 8e6) <= high + 0.01
    assert hits >= 4


def test_one_bad_run_hardly_bends_the_law():
    loss = TRUTH(N, D)
    loss[7] *= 1.3
    assert fit_scaling_law(N, D, loss)(2e6, 16e6) == pytest.approx(TRUTH(2e6, 16e6), rel=0.01)


def test_the_best_split_is_better_than_its_neighbours():
    n, d = TRUTH.best_split(1e15)
    assert 6 * n * d == pytest.approx(1e15)
    for factor in (0.8, 1.25):
        assert TRUTH(n, d) < TRUTH(n * factor, d / factor)


@pytest.mark.parametrize(
    ("n", "d", "loss", "word"),
    [
        ([1, 2], [1, 2], [1, 2], "at least five runs"),
        ([1, 2], [1, 2, 3], [1, 2], "equally long"),
        ([5] * 6, [1, 2, 3, 4, 5, 6], [1] * 6, "two sizes"),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, -1], "positive"),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, np.nan], "positive"),
    ],
)
def test_runs_that_say_nothing_are_refused(n, d, loss, word):
    with pytest.raises(ValueError, match=word):
        fit_scaling_law(n, d, loss)


@pytest.mark.parametrize("shape", [(300, 64, 192, 2, 4, 2, 64), (256, 96, 256, 3, 6, 6, 64)])
def test_operations_are_those_that_torch_counts(shape):
    config = LlamaConfig(*shape)
    model, ids = Llama(config, generator=torch.Generator().manual_seed(0)), torch.zeros(2, 64, dtype=torch.long)
    matrices = sum(p.numel() for p in model.parameters() if p.ndim == 2)
    assert matrix_parameters(config) == matrices
    with FlopCounterMode(display=False) as counter, torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        window_loss(model, (ids, ids)).backward()
    assert training_flops(config, 64) * ids.numel() == pytest.approx(counter.get_total_flops(), rel=0.02)


def test_a_context_below_one_is_refused():
    with pytest.raises(ValueError, match="context"):
        training_flops(LlamaConfig(256, 64, 192, 2, 4, 2, 512), 0)
