"""How an estimate prints, and what its interval says."""

import pytest

from llmai_edu.evaluation.estimate import Estimate


def test_the_format_goes_to_all_three_numbers():
    assert f"{Estimate(0.5, 0.25, 0.75):.2f}" == "0.50 [0.25, 0.75]"
    assert str(Estimate(31.24, 28.96, 33.51)) == "31.2 [29.0, 33.5]"


@pytest.mark.parametrize(("low", "high", "sure"), [(-1, 1, False), (0, 1, False), (0.1, 1, True), (-1, -0.1, True)])
def test_the_sign_of_a_difference(low, high, sure):
    assert Estimate(0.0, low, high).excludes_zero is sure
