"""How a checker is declared and run: parts, seeds, and the guard around the learner's function."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import CheckFailed, expect, expect_equal


def make(test, **options):
    return exercise(points=1, minutes=1, difficulty=1, **options)(test)


def test_declaration():
    @exercise(points=2, minutes=5, difficulty=2)
    def double(answer, rng):
        expect_equal(answer(1), 2, "it must double")

    @double.part(points=1)
    def of_zero(answer, rng):
        expect_equal(answer(0), 0, "zero stays")
        expect(True, "free")

    assert (double.id, double.name) == ("test_exercise.double", "double")
    assert (double.points, list(double.parts)) == (3, ["double", "of_zero"])
    assert double.run(lambda x: 2 * x) == 1
    assert double.run(lambda x: 2 * x, "of_zero") == 2
    with pytest.raises(CheckFailed, match="it must double"):
        double.run(lambda x: x)
    assert double.run(lambda x: x, "of_zero") == 2
    with pytest.raises(ValueError, match="two parts named 'of_zero'"):
        double.part(points=1)(of_zero)


def test_difficulty_off_the_scale():
    with pytest.raises(ValueError, match="1, 2 or 3, got 4"):
        exercise(points=1, minutes=1, difficulty=4)


def test_inputs_depend_on_seed_exercise_and_part_only():
    drawn = []

    def draw(answer, rng):
        drawn.append(int(rng.integers(2**60)))

    one = make(draw)
    one.part(points=1)(lambda answer, rng: draw(answer, rng))
    for part, seed in [(None, "a"), (None, "a"), (None, "b"), ("<lambda>", "a")]:
        one.run(len, part, seed)
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


MUTATIONS = [
    ([3, 1, 2], lambda x: x.sort()),
    ([[1], [2]], lambda x: x[0].append(9)),
    ({"a": [1]}, lambda x: x["a"].append(9)),
    (Counter("aab"), lambda x: x.update("z")),
    (defaultdict(Counter, {"a": Counter("b")}), lambda x: x["a"].update("z")),
    ({1, 2}, lambda x: x.add(3)),
    (bytearray(b"ab"), lambda x: x.append(0)),
    (np.zeros(3), lambda x: x.__setitem__(0, 1)),
    ((np.zeros(3), 1), lambda x: x[0].__setitem__(0, 1)),
]


@pytest.mark.parametrize(("value", "spoil"), MUTATIONS)
def test_changed_input_is_noticed_and_the_checkers_own_value_is_kept(value, spoil):
    def touch(answer, rng):
        before = repr(value)
        try:
            answer(value)
        finally:
            assert repr(value) == before

    with pytest.raises(CheckFailed, match="changed its input"):
        make(touch).run(spoil)
    with pytest.raises(CheckFailed, match="changed its input"):
        make(lambda answer, rng: answer(x=value)).run(lambda x: spoil(x))
    make(touch).run(lambda x: None)


def test_changed_tensor_is_noticed():
    torch = pytest.importorskip("torch")
    with pytest.raises(CheckFailed, match="changed its input"):
        make(lambda answer, rng: answer(torch.zeros(2))).run(lambda x: x.add_(1))


def test_an_exercise_may_ask_for_a_change():
    def sort(answer, rng):
        numbers = [2, 1]
        answer(numbers)
        expect_equal(numbers, [1, 2], "sort the list itself")

    assert make(sort, mutates=True).run(lambda x: x.sort()) == 1


def test_a_generator_is_handed_over_not_copied():
    def draw(answer, rng):
        expect(answer(rng) != answer(rng), "two draws differ")

    assert make(draw).run(lambda rng: rng.random()) == 1


def test_a_class_is_tested_as_it_is():
    class Tally:
        pass

    def build(answer, rng):
        expect(isinstance(answer(), Tally) and answer is Tally, "it is the class")

    assert make(build).run(Tally) == 1


def test_a_result_instead_of_the_function():
    def double(answer, rng):
        raise AssertionError("never reached")

    with pytest.raises(CheckFailed, match=r"function itself, not 0.5 \(float\).*without brackets"):
        make(double).run(0.5)


def test_wrong_signature_is_explained():
    def double(answer, rng):
        answer(2, factor=3)

    with pytest.raises(CheckFailed, match=r"cannot be called as double\(2, factor=3\).*unexpected keyword"):
        make(double).run(lambda x: x)


def test_own_type_error_is_not_taken_for_a_wrong_signature():
    with pytest.raises(TypeError, match="unsupported operand"):
        make(lambda answer, rng: answer(2)).run(lambda x: x + "a")
