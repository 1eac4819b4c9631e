"""`check` as a learner meets it: what is printed, what is raised, and what a notebook shows of it."""

import logging
import subprocess
import sys
import traceback

import pytest

from llmai_edu.course import CheckFailed, check
from llmai_edu.course.check import exercises, find_exercise


def mix(p, q, weight):
    if weight > 1:
        raise ValueError("above 1")
    return weight * p + (1 - weight) * q


def swapped(p, q, weight):
    return weight * q + (1 - weight) * p


def test_a_right_answer_hears_one_line(synthetic, capsys):
    assert check("synthetic.mix", mix) is None
    check("synthetic.mix", mix, part="mix_sums_to_one")
    assert capsys.readouterr().out.splitlines() == [
        "✓ mix: passed 3 tests on inputs that the sheet does not show",
        "✓ mix, mix_sums_to_one: passed 2 tests on inputs that the sheet does not show",
    ]


def test_a_wrong_answer_hears_its_misconception(synthetic):
    with pytest.raises(CheckFailed, match="mix: the weights are swapped") as refused:
        check("synthetic.mix", swapped)
    text = str(refused.value)
    assert all(label in text for label in ("expected  array(", "got       array(", "on        mix(array("))


def test_inputs_come_from_the_seed(synthetic, monkeypatch):
    seen = []

    def spy(p, q, weight):
        seen.append(weight)
        return mix(p, q, weight)

    for seed in ("", "", "spring", "spring", "autumn"):
        monkeypatch.setenv("LLMAI_EDU_CHECK_SEED", seed)
        check("synthetic.mix", spy)
    runs = [tuple(seen[i : i + 3]) for i in range(0, 15, 3)]
    assert runs[0] == runs[1] != runs[2] == runs[3] != runs[4]
    assert runs[0] != runs[4]


def test_a_remembered_answer_fails_under_another_seed(synthetic, monkeypatch):
    results = []

    def remember(p, q, weight):
        results.append(mix(p, q, weight))
        return results[-1]

    check("synthetic.mix", remember)
    replay = iter(results)
    check("synthetic.mix", lambda p, q, weight: next(replay))
    replay = iter(results)
    monkeypatch.setenv("LLMAI_EDU_CHECK_SEED", "secret")
    with pytest.raises(CheckFailed):
        check("synthetic.mix", lambda p, q, weight: next(replay))


def blank(p, q, weight):
    raise NotImplementedError("write this function first")


def test_a_blank_passes_through(synthetic):
    with pytest.raises(NotImplementedError, match=r"^write this function first$") as untouched:
        check("synthetic.mix", blank)
    assert "not written yet" in untouched.value._render_traceback_()[0]
    assert untouched.value.__cause__ is None


def test_own_error_shows_own_lines_only(synthetic):
    def broken(p, q, weight):
        return {}["a key that is not there"]

    with pytest.raises(KeyError) as own:
        check("synthetic.mix", broken)
    names = [frame.name for frame in traceback.extract_tb(own.value.__traceback__)]
    # What a notebook leaves out (check, run) and the learner's function: nothing of the checker.
    assert names[1:] == ["check", "run", "broken"]
    assert not hasattr(own.value, "_render_traceback_")


def test_what_the_checker_cannot_use_is_the_answers_fault(synthetic):
    with pytest.raises(CheckFailed, match=r"could not work with what your function returned \(TypeError") as refused:
        check("synthetic.mix", lambda p, q, weight: "ab", part="mix_sums_to_one")
    assert "got       'ab'\n    on        mix(array(" in str(refused.value)
    with pytest.raises(CheckFailed, match=r"NoneType'\); did you forget `return`\?"):
        check("synthetic.mix", lambda p, q, weight: None, part="mix_sums_to_one")


def test_a_library_that_is_not_implemented_is_no_blank(synthetic):
    """Only a NotImplementedError that the learner's own line raises means that nothing was written yet."""
    with pytest.raises(NotImplementedError, match="emit must be implemented") as own:
        check("synthetic.ranked", lambda words: logging.Handler().emit(None))
    assert not hasattr(own.value, "_render_traceback_")


def test_names_that_do_not_exist(synthetic):
    with pytest.raises(LookupError, match="'synthetic' has no exercise 'mixx'; did you mean 'mix'"):
        check("synthetic.mixx", mix)
    with pytest.raises(LookupError, match="no exercises belong to 'sinthetic'; did you mean 'synthetic'"):
        check("sinthetic.mix", mix)
    with pytest.raises(LookupError, match="has no exercise 'zzz'; there are mix, ranked, Tally"):
        check("synthetic.zzz", mix)
    with pytest.raises(LookupError, match="no part 'sum'; it has mix, mix_sums_to_one"):
        check("synthetic.mix", mix, part="sum")
    with pytest.raises(LookupError):
        check("mix", mix)


def test_exercises_come_in_their_order(synthetic):
    assert [one.name for one in exercises("synthetic")] == ["mix", "ranked", "Tally"]
    assert find_exercise("synthetic.Tally").points == 4


NOTEBOOK = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from llmai_edu.course import checks
checks.__path__.append(sys.argv[1])
shell = InteractiveShell.instance(colors="NoColor")
for cell in [
    "from llmai_edu.course import check",
    "check('synthetic.mix', lambda p, q, weight: p)",
    "def mix(p, q, weight):\\n    raise NotImplementedError('write this function first')",
    "check('synthetic.mix', mix)",
    "def mix(p, q, weight):\\n    return p + unknown",
    "check('synthetic.mix', mix)",
]:
    print("=====")
    shell.run_cell(cell)
"""


def test_what_a_notebook_shows(synthetic, tmp_path):
    command = [sys.executable, "-c", NOTEBOOK, str(synthetic / "checks")]
    environment = {"IPYTHONDIR": str(tmp_path), "PATH": "", "LLMAI_EDU_PROGRESS": "off", "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    *_, refused, _, not_written, _, own = done.stdout.split("=====")
    assert refused.strip().startswith("✗ mix: this is not the mixture\n    expected  array(")
    assert "Traceback" not in refused
    assert not_written.strip().startswith("✗ mix: NotImplementedError: not written yet.")
    assert len(not_written.strip().splitlines()) == 1
    assert "NameError: name 'unknown' is not defined" in own
    assert "----> 2     return p + unknown" in own
    assert "piece.test" not in own
    assert "raise problem" not in own
    assert "found.run" not in own
