import ast

import numpy as np
import pytest

from llmai_edu.apps.code_tasks import closed, indented, make_gaps, make_planted, one_line_docstrings, without_docstring
from llmai_edu.apps.mutate import code_lines
from llmai_edu.datasets.standard_library import Module, load_standard_library


@pytest.fixture(scope="module")
def modules():
    return load_standard_library().valid


def test_gaps_are_lines_of_code(modules):
    gaps = make_gaps(modules, 15, np.random.default_rng(0))
    texts = {module.name: module.text for module in modules}
    assert len(gaps) == 15
    for gap in gaps:
        whole = gap.prefix + gap.line + gap.suffix
        assert whole in texts[gap.module]
        assert gap.prefix.split("\n")[-1].strip() == ""
        assert gap.suffix.startswith("\n")
        assert closed(gap.line)
    assert gaps == make_gaps(modules, 15, np.random.default_rng(0))


def test_planted_bugs_lie_in_lines_of_code(modules):
    planted = make_planted(modules, 10, np.random.default_rng(0))
    for one in planted:
        ast.parse(one.text)
        assert one.line in code_lines(one.text)
        pairs = zip(one.original.split("\n"), one.text.split("\n"), strict=True)
        assert [number for number, (a, b) in enumerate(pairs, 1) if a != b] == [one.line]
    counts = [sum(one.module == other.module for other in planted) for one in planted]
    assert max(counts) <= 3


def test_sentences_are_short(modules):
    for one in one_line_docstrings(modules, 5, np.random.default_rng(0)):
        assert 3 <= len(one.docstring.split()) <= 20
        assert "\n" not in one.docstring


def test_a_docstring_is_cut_out_whole():
    text = 'def f(a):\n    """One.\n\n    Two.\n    """\n    return a\n'
    assert without_docstring(text) == "def f(a):\n    return a\n"
    assert without_docstring("def f(a):\n    return a\n") == "def f(a):\n    return a\n"
    assert without_docstring('def f(a):\n    "One."\n') == 'def f(a):\n    "One."\n'


def test_where_lines_begin():
    text = "class A:\n    def f(self):\n        return 1\n"
    assert indented(text, "def f(self):\n    return 1\n") == [9, 26]
    assert indented(text, "def g(self):\n    return 1\n") is None


def test_too_few_functions_give_fewer_gaps():
    assert make_gaps([Module("a.py", "def f():\n    pass\n")], 5, np.random.default_rng(0)) == []
