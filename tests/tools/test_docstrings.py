"""The examples in the tools' own docstrings hold."""

import doctest
import importlib
import pkgutil

import pytest

import tools

NAMES = sorted(module.name for module in pkgutil.iter_modules(tools.__path__) if not module.ispkg)


@pytest.mark.parametrize("name", NAMES)
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(f"tools.{name}")).failed == 0
