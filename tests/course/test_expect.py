"""Expectations: what they accept, and every word that a learner reads when they do not."""

from collections import Counter

import numpy as np
import pytest

from llmai_edu.course.expect import (
    CheckFailed,
    Run,
    current_run,
    expect,
    expect_close,
    expect_equal,
    expect_raises,
    expect_shape,
    expect_type,
    same,
    show,
)


@pytest.fixture
def run():
    run = Run("mix")
    token = current_run.set(run)
    yield run
    current_run.reset(token)


@pytest.mark.parametrize(
    ("left", "right", "agree"),
    [
        (np.array([1, 2]), [1.0, 2.0], True),
        ([1, 2], (1, 2), True),
        ([1, 2], [1, 2, 3], False),
        ([[1], [1]], [[1]], False),
        (1.0, [1.0], False),
        (None, 0.0, False),
        ("1", 1, False),
        ("a", "a", True),
        (["a", "b"], ["a", "c"], False),
        ({"a": [1, 2]}, {"a": np.array([1, 2])}, True),
        ({"a": 1}, {"b": 1}, False),
        (Counter("aab"), {"a": 2, "b": 1}, True),
        ({1, 2}, {2, 1}, True),
        ([(1, "a")], [(1, "b")], False),
        (float("nan"), float("nan"), True),
        (float("inf"), 1.0, False),
        (2**70, 2**70, True),
        (b"ab", b"ab", True),
    ],
)
def test_same(left, right, agree):
    assert same(left, right) is agree


def test_same_reads_tensors_with_a_history():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([1.0, 2.0], requires_grad=True)
    assert same(tensor, [1, 2])
    assert not same(tensor, [[1, 2]])
    assert show(tensor) == "tensor([1., 2.])"


def test_tolerance_is_the_callers():
    assert not same(1.0, 1.001)
    assert same(1.0, 1.001, atol=0.01)
    assert same([1.0, {"a": 2.0}], [1.001, {"a": 2.001}], atol=0.01)


def test_long_values_are_shown_short():
    assert show(np.float64(1 / 3)) == show(1 / 3) == "0.333333"
    assert len(show("x" * 1000)) < 110
    assert len(show(list(range(1000)))) < 80
    assert len(show(np.arange(1000.0))) < 120
    assert show([np.array([0.5, 0.25])]) == "[array([0.5 , 0.25])]"


def test_message_names_exercise_misconception_values_and_input(run):
    run.call = (([0.2, 0.8],), {"weight": 0.3})
    with pytest.raises(CheckFailed) as refused:
        expect_close(0.5, 0.25, "this is not the mixture", suspects={"never": 0.1, "you swapped them": 0.5})
    assert str(refused.value).splitlines() == [
        "mix: you swapped them",
        "    expected  0.25",
        "    got       0.5",
        "    on        mix([0.2, 0.8], weight=0.3)",
    ]


def test_unknown_mistake_gets_the_plain_message_and_on_replaces_the_call(run):
    run.call = ((1,), {})
    with pytest.raises(CheckFailed, match="not the mixture") as refused:
        expect_equal([1], [2], "not the mixture", suspects={"you swapped them": [3]}, on="")
    assert "on  " not in str(refused.value)
    with pytest.raises(CheckFailed, match="on        1,000 draws"):
        expect(False, "not uniform", on="1,000 draws")


def test_only_kept_expectations_count(run):
    expect(True, "a")
    expect_close([1.0], [1.0 + 1e-9], "b")
    expect_equal("a", "a", "c")
    expect_type(1, (int, float))
    expect_shape(np.zeros((2, 3)), (2, 3))
    expect_raises(ValueError, lambda: int("x"), "d")
    assert run.passed == 6
    with pytest.raises(CheckFailed):
        expect_equal("a", "b", "e")
    assert run.passed == 6


def test_wrong_type_and_shape_are_named():
    with pytest.raises(CheckFailed, match="must return list or tuple, not NoneType; did you forget `return`"):
        expect_type(None, (list, tuple))
    with pytest.raises(CheckFailed, match=r"(?s)shape is wrong.*\(2, 3\).*\(3, 2\)"):
        expect_shape(np.zeros((3, 2)), (2, 3))


@pytest.mark.parametrize("got", [(1, 2), range(2), np.zeros(2), iter([1])])
def test_what_is_nearly_a_list_is_told_how_to_become_one(got):
    with pytest.raises(CheckFailed, match=r"must return list, not \w+; `list\(...\)` makes a list of it"):
        expect_type(got, list)
    with pytest.raises(CheckFailed, match="must return int, not"):
        expect_type(got, int)


def test_a_rounded_result_is_named():
    for places in (2, 3, 6):
        with pytest.raises(CheckFailed, match="do not round"):
            expect_close([round(1 / 3, places), round(2 / 3, places)], np.array([1 / 3, 2 / 3]), "wrong", rtol=1e-9)
    for other in (0.5, 0.499, [0.498]):  # as rounded as a guess may be; near, but no rounding; of another shape
        with pytest.raises(CheckFailed, match="wrong"):
            expect_close(other, 0.49812345, "wrong")


def test_functions_and_generators_are_shown_by_their_names():
    def encode(text):
        return []

    assert show(encode) == "encode"
    assert show(np.random.default_rng(0)) == "rng"
    assert Run("mix", call=((encode, np.random.default_rng(0)), {})).call_text() == "mix(encode, rng)"


def test_an_error_that_should_have_come():
    with pytest.raises(CheckFailed, match=r"(?s)refuse it.*expected  'ValueError'.*got       3"):
        expect_raises(ValueError, lambda: 3, "refuse it")
    with pytest.raises(CheckFailed, match="KeyError"):
        expect_raises(ValueError, lambda: {}["x"], "refuse it")


def _blank():
    raise NotImplementedError("write this function first")


def test_a_blank_is_not_an_error_of_another_kind():
    with pytest.raises(NotImplementedError):
        expect_raises(ValueError, _blank, "refuse it")


def test_works_outside_of_a_run():
    with pytest.raises(CheckFailed, match=r"^plain$"):
        expect(False, "plain")
