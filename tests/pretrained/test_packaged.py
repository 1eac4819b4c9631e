"""Recorded files of the package."""

import pytest

from llmai_edu.datasets import DataError
from llmai_edu.pretrained.packaged import checked_file


def test_missing_and_damaged_are_told_apart():
    with pytest.raises(DataError, match="is missing"):
        checked_file("none.safetensors", "0" * 64)
    with pytest.raises(DataError, match="is damaged"):
        checked_file("__init__.py", "0" * 64)
