"""What the rule says of drawn answers to sums, and pairs of a right and a wrong answer made from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmai_edu.finetuning.dpo_loop import TokenPair
from llmai_edu.finetuning.rollouts import Rollouts
from llmai_edu.finetuning.sums import Sum, is_right, is_well_formed, rule_reward, sum_tokenizer

__all__ = ["Verdicts", "answer_texts", "judge", "pairs_from"]


@dataclass(frozen=True)
class Verdicts:
    """For P problems with G answers each, (P, G) of 0 and 1: the reward, and what it is made of.

    formed: the answer has the wanted form. right: it names the total and no other number, in whatever form.
    """

    reward: np.ndarray
    formed: np.ndarray
    right: np.ndarray


def answer_texts(rollouts: Rollouts) -> list[str]:
    """The drawn answers as texts, in the order of the rows."""
    tokenizer = sum_tokenizer()
    return [tokenizer.decode(answer) for answer in rollouts.answers]


def judge(rollouts: Rollouts, problems: Sequence[Sum]) -> Verdicts:
    """Hold every answer against the rule. Raises ValueError for another number of problems than of prompts."""
    if len(rollouts) != len(problems) * rollouts.group:
        raise ValueError(f"{len(rollouts)} answers in groups of {rollouts.group} do not belong to {len(problems)} sums")
    found = []
    for row, (answer, ended) in enumerate(zip(answer_texts(rollouts), rollouts.ended.tolist())):
        problem = problems[row // rollouts.group]
        found.append((rule_reward(answer, ended, problem), is_well_formed(answer, ended), is_right(answer, problem)))
    return Verdicts(*np.array(found, dtype=float).T.reshape(3, len(problems), rollouts.group))


def pairs_from(
    rollouts: Rollouts, problems: Sequence[Sum], rng: np.random.Generator, end: int = 0
) -> tuple[list[TokenPair], np.ndarray]:
    """One pair a problem, where there is one: an answer of reward 1, and one of reward 0 that ended.

    Returns the pairs, and for each whether the worse answer has the wanted form, so that only its number is wrong.
    """
    verdicts, ended = judge(rollouts, problems), rollouts.ended.view(-1, rollouts.group).numpy()
    pairs, formed = [], []
    for row, problem in enumerate(problems):
        better = np.flatnonzero(verdicts.reward[row] == 1)
        worse = np.flatnonzero((verdicts.reward[row] == 0) & ended[row])
        if not (len(better) and len(worse)):
            continue
        chosen = rng.choice(better), rng.choice(worse)
        answers = ([*rollouts.answers[row * rollouts.group + place], end] for place in chosen)
        pairs.append(TokenPair(sum_tokenizer().encode(problem.prompt), *answers))
        formed.append(verdicts.formed[row, chosen[1]] == 1)
    return pairs, np.array(formed, dtype=bool)
