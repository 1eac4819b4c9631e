"""The draws of the few-shot task, intervals against SciPy's, and a recording that is whole."""

import numpy as np
import pytest
from scipy import stats

from llmai_edu.finetuning.few_shot import draw_balanced, few_shot_runs, mean_interval, short_reviews


def test_draws_are_balanced_and_without_repetition():
    labels = np.array([0] * 30 + [1] * 10)
    places = draw_balanced(labels, 20, np.random.default_rng(0))
    assert len(set(places.tolist())) == 20
    assert labels[places].sum() == 10
    assert labels[places][:10].sum() != 0  # mixed, not class by class
    assert places.tolist() != draw_balanced(labels, 20, np.random.default_rng(1)).tolist()
    for n in (0, 3, 22):
        with pytest.raises(ValueError, match="cannot draw"):
            draw_balanced(labels, n, np.random.default_rng(0))


def test_the_interval_is_students():
    values = np.array([0.70, 0.74, 0.71, 0.78, 0.73])
    got = mean_interval(values)
    want = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert got.value == pytest.approx(values.mean())
    assert (got.low, got.high) == pytest.approx((want.low, want.high))
    with pytest.raises(ValueError, match="at least 2 seeds"):
        mean_interval([0.7])


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside = [(e := mean_interval(rng.normal(1.0, 2.0, 5))).low < 1.0 < e.high for _ in range(1000)]
    assert 0.93 < np.mean(inside) < 0.97


@pytest.mark.data
def test_the_parts_share_no_sentence():
    parts = [{one.text.lower() for one in part} for part in short_reviews().parts]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
    assert all(1 <= len(one.text.split()) <= 12 and one.score for part in short_reviews().parts for one in part)


def test_the_recording_has_every_seed_of_every_point():
    recorded = few_shot_runs()
    points = {}
    for run in recorded["curve"]:
        points.setdefault((run["way"], run["n"]), []).append(run["seed"])
    assert {way for way, _ in points} == {"frozen", "bag", "tuned", "scratch", "untrained"}
    assert all(sorted(seeds) == [0, 1, 2, 3, 4] for seeds in points.values())
    altered = {}
    for run in recorded["augment"]:
        altered.setdefault((run["way"], run["method"], run["n"]), []).append(run["seed"])
    assert all(sorted(seeds) == [0, 1, 2, 3, 4] for seeds in altered.values())
