"""The time limit: an endless loop ends with a sentence, and no alarm stays armed."""

import math
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from llmai_edu.course.check import find_exercise
from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import CheckFailed, expect_equal
from llmai_edu.course.limit import TimeUp, time_limit

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a system without POSIX alarms has no limit")
MESSAGE = r"it did not come back within 0.2 s: does your loop always advance\?"


@exercise(points=1, minutes=1, difficulty=1, seconds=0.2)
def double(answer, rng):
    expect_equal(answer(2), 4, "it must double")


@pytest.fixture(autouse=True)
def _everything_is_put_back():
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def endless(number):
    while True:
        with suppress(Exception):  # what a learner writes to get rid of errors; it must not swallow the alarm
            math.sqrt(number)


def test_an_endless_loop_is_refused_in_one_sentence():
    with pytest.raises(CheckFailed, match=rf"^double: {MESSAGE}\n    on        double\(2\)$") as refused:
        double.run(endless)
    assert refused.value.__context__ is None
    assert double.run(lambda number: 2 * number) == 1


def test_nothing_is_armed_after_success_error_and_refusal():
    for answer, error in [(lambda x: x, CheckFailed), (lambda x: 1 / 0, ZeroDivisionError)]:
        with pytest.raises(error):
            double.run(answer)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_usual_limit_is_ten_seconds():
    assert find_exercise("tokens.longest_match").seconds == 10


def test_an_alarm_of_somebody_else_goes_on():
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        with time_limit(0.05), pytest.raises(TimeUp):
            time.sleep(5)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 50 < left < 60
        assert not rang
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_other_threads_run_without_a_limit():
    results = []
    thread = threading.Thread(target=lambda: results.append(double.run(lambda number: time.sleep(0.3) or 2 * number)))
    thread.start()
    thread.join()
    assert results == [1]


def test_systems_without_alarms_run_without_a_limit(monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    assert double.run(lambda number: time.sleep(0.3) or 2 * number) == 1
    monkeypatch.undo()


def never_moves_on(word, vocabulary):
    """The longest match of lesson 01 that does not expect a place where nothing fits."""
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start = end
                break
    return pieces


def draws_until_something_stays(ids, ranks, products, p, rng):
    """The BPE-dropout of lesson 01 that begins the step again when everything was dropped."""
    ids = list(ids)
    while places := [(ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks]:
        left = [place for place in places if rng.random() >= p]
        if left:
            rank, i = min(left)
            ids[i : i + 2] = [products[rank]]
    return ids


@pytest.mark.parametrize(
    ("name", "part", "answer"),
    [
        ("tokens.longest_match", "longest_match_unknown", never_moves_on),
        ("tokens.bpe_dropout", None, draws_until_something_stays),
    ],
)
def test_loops_that_learners_wrote(name, part, answer):
    with pytest.raises(CheckFailed, match=MESSAGE):
        replace(find_exercise(name), seconds=0.2).run(answer, part)
