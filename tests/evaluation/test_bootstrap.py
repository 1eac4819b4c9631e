"""The bootstrap against the textbook's standard error and SciPy's bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from llmai_edu.evaluation.bootstrap import bootstrap_interval, paragraph_of_byte


@given(st.lists(st.text("ab\n", max_size=8).map(str.encode), max_size=5).map(b"\n\n".join))
def test_paragraphs_by_a_slow_reading(data):
    number, expected = 0, []
    for i, byte in enumerate(data):
        if i >= 2 and data[i - 2 : i] == b"\n\n" and byte != ord("\n"):
            number += 1
        expected.append(number)
    assert paragraph_of_byte(data).tolist() == expected


def test_equals_scipy_on_a_ratio():
    rng = np.random.default_rng(0)
    n_bytes = rng.integers(50, 500, 300)
    bits = n_bytes * rng.normal(2.0, 0.3, 300)
    ours = bootstrap_interval(bits, n_bytes, rng=np.random.default_rng(1))
    theirs = stats.bootstrap(
        (bits, n_bytes),
        lambda x, y, axis: x.sum(axis=axis) / y.sum(axis=axis),
        paired=True,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_width_is_that_of_the_standard_error():
    values = np.random.default_rng(0).normal(1.5, 0.2, 400)
    low, high = bootstrap_interval(values, np.ones(400), rng=np.random.default_rng(0))
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)
    assert low < values.mean() < high


def test_more_confidence_is_wider_and_the_seed_repeats():
    values, ones = np.arange(50.0), np.ones(50)
    narrow, wide, again = (
        bootstrap_interval(values, ones, rng=np.random.default_rng(3), level=level) for level in (0.5, 0.99, 0.5)
    )
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert narrow == again


@pytest.mark.parametrize(
    ("values", "weights", "level", "message"),
    [([1.0], [1.0], 0.95, "at least 2"), ([1.0, 2], [1.0], 0.95, "equal"), ([1.0, 2], [1.0, 2], 95, "share")],
)
def test_bad_input_is_refused_with_a_reason(values, weights, level, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(values, weights, rng=np.random.default_rng(0), level=level)
