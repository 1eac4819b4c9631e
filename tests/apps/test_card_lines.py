import re

import numpy as np
import pytest

from llmai_edu.apps.card_lines import LEVELS, card_line

TEXT = "Women's shoes, large & small sizes"


def line(level, seed=0):
    return card_line(TEXT, level, np.random.default_rng(seed))


def test_the_levels():
    assert line(0) == TEXT
    assert line(1) == "WOMENS SHOES LARGE SMALL SIZES"
    assert line(2) == "WOMENS SHOES LARGE SMA"
    for seed in range(5):
        assert "WOMENS SHOES LARGE SMA" in line(3, seed)
        assert re.search(r" \d{4} [A-Z]+ [A-Z]{2}$", line(3, seed))
    assert "WMNS SHS LRG SMLL SZS" in line(4)


def test_a_seed_repeats_and_levels_are_checked():
    assert line(3, 5) == line(3, 5)
    with pytest.raises(ValueError, match="level is 0 to 4"):
        line(len(LEVELS))
