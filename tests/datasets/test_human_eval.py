import gzip
import json
from statistics import median

import pytest

from llmai_edu.datasets.human_eval import load_human_eval, read_problems


def test_prompt_and_solution_meet_at_the_line_end(tmp_path):
    row = {"task_id": "HumanEval/7", "prompt": "def f():\n", "entry_point": "f"}
    row |= {"canonical_solution": "    return 1\n", "test": "def check(g):\n    assert g() == 1\n"}
    (tmp_path / "x.gz").write_bytes(gzip.compress(json.dumps(row).encode() + b"\n"))
    (problem,) = read_problems(tmp_path / "x.gz")
    assert (problem.number, problem.prompt, problem.solution) == (7, "def f():", "\n    return 1\n")
    exec(problem.program(problem.solution), {})
    with pytest.raises(AssertionError):
        exec(problem.program("\n    return 2"), {})


@pytest.mark.data
def test_the_card_tells_the_truth():
    problems = load_human_eval()
    assert [problem.number for problem in problems] == list(range(164))
    assert median(len(problem.prompt) for problem in problems) == 395
    assert 149 <= median(len(problem.solution) for problem in problems) <= 150
    for problem in problems:
        compile(problem.program(problem.solution), "program", "exec")
