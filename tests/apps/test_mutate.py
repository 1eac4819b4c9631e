import ast

import numpy as np
import pytest

from llmai_edu.apps.mutate import KINDS, code_lines, mutations, plant_bug

SOURCE = '''def f(values, limit=3):
    """Say < or + here; nothing is changed here."""
    total = 0
    for value in values:
        # a + b
        if not value:
            continue
        if value <= limit and value != 7:
            total = total + value * 2
        elif value is None or isinstance(value, str):
            total -= len(value)
    return total
'''


def test_each_bug_changes_one_line_and_stays_python():
    found = mutations(SOURCE)
    assert {bug.kind for bug in found} == set(KINDS)
    for bug in found:
        ast.parse(bug.text)
        pairs = zip(SOURCE.split("\n"), bug.text.split("\n"), strict=True)
        assert [number for number, (a, b) in enumerate(pairs, 1) if a != b] == [bug.line]
    assert len({bug.text for bug in found}) == len(found)


@pytest.mark.parametrize(
    ("line", "kind", "new"),
    [
        ("a < b", "comparison", "a <= b"),
        ("a not in b", "comparison", "a in b"),
        ("(a) == (b)", "comparison", "(a) != (b)"),
        ("a is b", "comparison", "a is not b"),
        ("a - b", "plus and minus", "a + b"),
        ("a or b", "and and or", "a and b"),
        ("a[0]", "off by one", "a[1]"),
        ("a[2]", "off by one", "a[1]"),
        ("a", "wrong variable", "b"),
    ],
)
def test_the_kinds_by_hand(line, kind, new):
    found = mutations(f"def f(a, b):\n    return {line}\n")
    assert (kind, f"def f(a, b):\n    return {new}\n") in {(bug.kind, bug.text) for bug in found}


def test_conditions():
    texts = {
        bug.text for bug in mutations("def f(a):\n    if a:\n        return 1.5\n") if bug.kind == "negated condition"
    }
    assert texts == {"def f(a):\n    if not a:\n        return 1.5\n"}
    texts = {bug.text for bug in mutations("def f(a):\n    while not a:\n        pass\n")}
    assert texts == {"def f(a):\n    while a:\n        pass\n"}


def test_true_is_no_number_and_strings_are_left_alone():
    assert mutations("def f():\n    return True, 'a < b', 2.5\n") == []
    assert plant_bug("def f():\n    return True\n", np.random.default_rng(0)) is None


def test_drawing_is_fair_over_kinds_and_follows_the_seed():
    draws = [plant_bug(SOURCE, np.random.default_rng(seed)) for seed in range(300)]
    shares = [sum(bug.kind == kind for bug in draws) / 300 for kind in KINDS]
    assert max(shares) < 2.2 * min(shares)
    assert plant_bug(SOURCE, np.random.default_rng(4)) == draws[4]


def test_code_lines():
    assert code_lines(SOURCE) == [3, 4, 6, 7, 8, 9, 10, 11, 12]
    assert code_lines("@a\ndef f(\n    b,\n):\n    return b\n") == [5]
    assert code_lines('def f():\n    "only this"\n') == []


def test_bytes_are_columns():
    with pytest.raises(ValueError, match="beyond ASCII"):
        mutations("def f(ä):\n    return ä < 1\n")
    with pytest.raises(SyntaxError):
        mutations("def f(:\n")
