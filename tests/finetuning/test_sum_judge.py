"""The judge against answers written by hand, and pairs that hold what they promise."""

import numpy as np
import pytest
import torch

from llmai_edu.finetuning.rollouts import Rollouts
from llmai_edu.finetuning.sum_judge import answer_texts, judge, pairs_from
from llmai_edu.finetuning.sums import Sum, rule_reward, sum_tokenizer

PROBLEMS = [Sum(37, 48), Sum(10, 11)]
ANSWERS = ["<85>", "85", "<86>", "<85><", "<22>", "<22>", "<22>", "21"]


def rollouts(answers=ANSWERS, ended=(1, 1, 1, 1, 1, 0, 1, 1)):
    ids = [sum_tokenizer().encode(answer) for answer in answers]
    nothing = torch.zeros(8, 1)
    return Rollouts(nothing, nothing, nothing, ids, torch.tensor(ended).bool(), 4, 1.0)


def test_verdicts_by_hand():
    found = judge(rollouts(), PROBLEMS)
    assert answer_texts(rollouts()) == ANSWERS
    assert found.reward.tolist() == [[1, 0, 0, 0], [0, 0, 0, 0]]
    assert found.formed.tolist() == [[1, 0, 1, 0], [1, 0, 1, 0]]
    assert found.right.tolist() == [[1, 1, 0, 1], [0, 0, 0, 1]]
    with pytest.raises(ValueError, match="8 answers in groups of 4 do not belong to 3 sums"):
        judge(rollouts(), [*PROBLEMS, Sum(11, 11)])


def test_pairs_are_a_right_and_a_wrong_answer_to_one_problem():
    tokenizer, seen = sum_tokenizer(), set()
    for seed in range(20):
        pairs, formed = pairs_from(rollouts(), PROBLEMS, np.random.default_rng(seed))
        assert len(pairs) == len(formed) == 1  # the second problem has no right answer
        better, worse = (tokenizer.decode(answer) for answer in (pairs[0].better, pairs[0].worse))
        assert tokenizer.decode(pairs[0].prompt) == "37+48="
        assert better[-1] == worse[-1] == "\n"
        assert rule_reward(better[:-1], True, PROBLEMS[0]) == 1
        assert formed[0] == (worse == "<86>\n")
        seen.add(worse)
    assert seen == {"85\n", "<86>\n", "<85><\n"}


def test_an_answer_that_was_cut_off_is_in_no_pair():
    answers = ["<85>", "86", "86", "86", *ANSWERS[4:]]
    pairs, _ = pairs_from(rollouts(answers, (1, 0, 0, 0, 1, 1, 1, 1)), PROBLEMS, np.random.default_rng(0))
    assert pairs == []
