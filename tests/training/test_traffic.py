"""Formulae of traffic and memory against cases worked by hand, figures of papers, and a simulation."""

import numpy as np
import pytest

from llmai_edu.training.distributed import ring_all_reduce_bytes
from llmai_edu.training.traffic import (
    Cluster,
    best_checkpoint_interval,
    held_bytes,
    pipeline_bubble,
    plan_run,
    sent_bytes,
)


def test_figure_1_of_zero():
    """Rajbhandari et al. 2020: 7.5 thousand million parameters on 64 devices take 120, 31.4, 16.6 and 1.9 GB."""
    held = [held_bytes(7_500_000_000, 64, way) / 1e9 for way in ("ddp", "zero1", "zero2", "zero3")]
    np.testing.assert_allclose(held, [120, 31.4, 16.6, 1.9], atol=0.05)


def test_one_process_sends_nothing_and_ddp_is_the_ring():
    assert [sent_bytes(1000, 1, way) for way in ("ddp", "zero2", "zero3")] == [0, 0, 0]
    assert sent_bytes(1000, 8) == ring_all_reduce_bytes(1000, 8) == 7000
    assert sent_bytes(1000, 8, "zero3") == 1.5 * sent_bytes(1000, 8, "zero1")


@pytest.mark.parametrize(("stages", "parts"), [(1, 5), (2, 1), (3, 4), (4, 16)])
def test_the_bubble_is_that_of_a_simulated_pipeline(stages, parts):
    ready = np.zeros((parts + 1, stages + 1))  # when part p leaves stage s, each taking one unit
    for part in range(1, parts + 1):
        for stage in range(1, stages + 1):
            ready[part, stage] = max(ready[part - 1, stage], ready[part, stage - 1]) + 1
    assert pipeline_bubble(stages, parts) == pytest.approx(1 - parts / ready[parts, stages])


def test_youngs_interval_is_near_the_best_of_a_simulation():
    rng = np.random.default_rng(0)
    saving, between = 20.0, 5_000.0
    gaps = rng.exponential(between, 4_000)

    def lost(interval):
        """The share of time not spent on what stays: work between failures, in whole intervals."""
        return 1 - (gaps // (interval + saving)).sum() * interval / gaps.sum()

    intervals = np.geomspace(50, 5_000, 40)
    best = intervals[np.argmin([lost(interval) for interval in intervals])]
    assert 0.7 < best_checkpoint_interval(saving, between) / best < 1.4


def test_the_plan_of_llama_3():
    """Grattafiori et al. 2024: 3.8e25 operations on 16,384 H100 at about 0.4; 54 days; 419 failures in 54 days."""
    plan = plan_run(Cluster(16_384, bandwidth=1e15), parameters=405e9, tokens=15.6e12, batch_tokens=16e6)
    assert pytest.approx(3.8e25, rel=0.01) == 6 * 405e9 * 15.6e12
    assert 60 < plan.days < 80
    assert plan.failures == pytest.approx(419 * plan.days / 54)


def test_a_small_batch_waits_for_the_network():
    small, large = (plan_run(Cluster(1000), 8e9, 160e9, batch_tokens=tokens) for tokens in (2e5, 16e6))
    assert small.send_seconds > small.compute_seconds
    assert large.send_seconds < large.compute_seconds
    assert small.days > 3 * large.days
    assert not plan_run(Cluster(1000), 70e9, 1e12, batch_tokens=4e6, way="ddp").fits


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: sent_bytes(10, 0), "at least 1"),
        (lambda: held_bytes(10, 2, "zero4"), "ddp, zero1"),
        (lambda: pipeline_bubble(0, 1), "count from 1"),
        (lambda: best_checkpoint_interval(0, 1), "above 0"),
        (lambda: plan_run(Cluster(10), 0, 1, batch_tokens=1), "above 0"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
