"""Learning-rate schedules: their corners, and the property that each starts at 0 and never exceeds 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmai_edu.training.schedules import SCHEDULES, constant, warmup_stable_decay


@pytest.mark.parametrize("name", SCHEDULES)
@given(done=st.floats(0, 1))
def test_every_factor_lies_between_0_and_1(name, done):
    assert 0 <= SCHEDULES[name](done) <= 1


@pytest.mark.parametrize("name", SCHEDULES)
def test_warm_up_is_linear_from_zero(name):
    assert [SCHEDULES[name](done, 0.1) for done in (0.0, 0.05, 0.1)] == pytest.approx([0, 0.5, 1])


def test_without_warm_up_the_first_step_moves():
    assert constant(0.0, warmup=0) == warmup_stable_decay(0.0, warmup=0) == 1


@given(first=st.floats(0, 1), second=st.floats(0, 1))
def test_the_last_part_only_falls_and_the_middle_stays(first, second):
    early, late = sorted((first, second))
    if early >= 0.8:
        assert warmup_stable_decay(early) >= warmup_stable_decay(late)
    elif early > 0.02 and late < 0.8:
        assert warmup_stable_decay(early) == warmup_stable_decay(late) == 1


def test_the_fall_ends_at_the_floor_and_can_be_left_out():
    assert warmup_stable_decay(1.0, floor=0.1) == pytest.approx(0.1)
    assert warmup_stable_decay(1.0, decay=0) == 1
