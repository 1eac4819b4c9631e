"""The form is read strictly, the answers are well formed, and no review stands in two parts."""

import json

import pytest

from llmai_edu.datasets import load_sentiment
from llmai_edu.finetuning.review_form import load_review_talks, read_form, review_answer


@pytest.mark.parametrize("score", [-4.0, -1.2, 1.0, 3.9])
def test_every_answer_has_the_form(score):
    form = read_form(review_answer(score))
    assert form == {"mood": "good", "next": "thank"} if score > 0 else {"mood": "bad", "next": "apologize"}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "good",
        '"good"',
        '{"mood": "good"}',
        '{"mood": "good", "next": "apologize"}',
        '{"next": "thank", "mood": "good"}',
        '{"mood": "fine", "next": "thank"}',
        '{"mood": ["good"], "next": "thank"}',
        '{"mood": "fine", "next": {"good": "thank", "bad": "apologize"}}',
        'Sure! {"mood": "good", "next": "thank"}',
        '{"mood": "good", "next": "thank", "why": ""}',
    ],
)
def test_what_is_nearly_the_form_is_not(answer):
    assert read_form(answer) is None


def test_the_parts_are_balanced_and_share_no_review():
    parts = load_review_talks()
    document = {one.text: one.document for one in load_sentiment("products")}
    seen = {name: {document[talk[1]["content"]] for talk in talks} for name, talks in parts.items()}
    assert not seen["train"] & seen["valid"] | seen["train"] & seen["test"] | seen["valid"] & seen["test"]
    for talks in parts.values():
        moods = [json.loads(talk[2]["content"])["mood"] for talk in talks]
        assert moods[:4] == ["good", "bad", "good", "bad"]
        assert moods.count("good") == moods.count("bad") >= 50
        assert [message["role"] for message in talks[0]] == ["system", "user", "assistant"]
    assert load_review_talks() == parts
