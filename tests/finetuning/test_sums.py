"""The sums: the split leaks nothing, the rule accepts one form only, and cheats are refused."""

import numpy as np
import pytest

from llmai_edu.finetuning.sums import (
    END,
    Sum,
    draw_texts,
    is_right,
    is_well_formed,
    rule_reward,
    sum_problems,
    sum_text,
    sum_tokenizer,
)


def test_no_sum_is_in_two_parts_however_its_numbers_stand():
    parts = [{tuple(sorted(one)) for one in part} for part in sum_problems().parts]
    assert sum(len(part) for part in parts) == 90 * 91 / 2
    assert len(set.union(*parts)) == 90 * 91 / 2
    assert sum(len(part) for part in sum_problems().parts) == 8100


def test_texts_can_be_encoded_and_come_in_both_forms():
    problems, tokenizer = sum_problems().train, sum_tokenizer()
    texts = draw_texts(problems, 400, np.random.default_rng(0))
    assert all(tokenizer.decode(tokenizer.encode(text)) == text and text.endswith(END) for text in texts)
    assert 150 < sum("<" in text for text in texts) < 250
    assert tokenizer.encode(END) == [0]
    for text in texts:
        prompt, answer = text.strip().split("=")
        assert sum(map(int, prompt.split("+"))) == int(answer.strip("<>"))
    assert sum_text(Sum(99, 99), brackets=True) == "99+99=<198>"


@pytest.mark.parametrize(
    ("answer", "ended", "formed", "right"),
    [
        ("<85>", True, True, True),
        ("<85>", False, False, True),
        ("85", True, False, True),
        ("<86>", True, True, False),
        ("<085>", True, True, False),
        ("<85><85>", True, False, False),
        ("<85", True, False, True),
        ("<85>>", True, False, True),
        ("", True, False, False),
        ("<>", True, False, False),
        ("<37+48>", True, False, False),
        ("<8585>", True, True, False),
    ],
)
def test_the_rule(answer, ended, formed, right):
    problem = Sum(37, 48)
    assert is_well_formed(answer, ended) is formed
    assert is_right(answer, problem) is right
    assert rule_reward(answer, ended, problem) == float(formed and right)
