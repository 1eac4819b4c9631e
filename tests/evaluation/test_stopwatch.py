"""The stopwatch calls with the arguments, as often as told, and keeps the fastest."""

import pytest

from llmai_edu.evaluation import stopwatch
from llmai_edu.evaluation.stopwatch import milliseconds


def test_the_fastest_of_several_calls(monkeypatch):
    calls, clock = [], iter([10.0, 10.5, 20.0, 20.125, 30.0, 31.0])
    monkeypatch.setattr(stopwatch, "perf_counter", lambda: next(clock))
    assert milliseconds(lambda *args: calls.append(args), 1, 2, repeats=3) == 125
    assert calls == [(1, 2)] * 3


def test_no_measurement_is_refused():
    with pytest.raises(ValueError, match="at least once"):
        milliseconds(len, [], repeats=0)
