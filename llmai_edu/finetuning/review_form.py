"""A small task with a strict form: a customer's sentence in, its mood and what to do next out, as JSON.

The sentences and their ratings are those of Hutto and Gilbert, "VADER", ICWSM 2014.
"""

import json

import numpy as np

from llmai_edu.datasets import load_sentiment

__all__ = ["INSTRUCTION", "NEXT", "load_review_talks", "read_form", "review_answer"]

INSTRUCTION = "Rate this review as JSON."
NEXT = {"good": "thank", "bad": "apologize"}


def review_answer(score: float) -> str:
    """The answer for a rating from -4 to 4: the mood, and what to do next.

    >>> review_answer(-2.5)
    '{"mood": "bad", "next": "apologize"}'
    """
    mood = "good" if score > 0 else "bad"
    return json.dumps({"mood": mood, "next": NEXT[mood]})


def read_form(answer: str) -> dict | None:
    """The answer as a dictionary if it has the form exactly: two keys, allowed values that agree; else None.

    >>> read_form('{"mood": "bad", "next": "apologize"}')
    {'mood': 'bad', 'next': 'apologize'}
    >>> read_form('{"mood": "bad", "next": "thank"}'), read_form("The mood is bad.")
    (None, None)
    """
    try:
        form = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(form, dict) or list(form) != ["mood", "next"] or not isinstance(form["mood"], str):
        return None
    return form if form["mood"] in NEXT and form["next"] == NEXT[form["mood"]] else None


def load_review_talks(
    kind: str = "products", *, lengths: tuple[int, int] = (20, 70), clear: float = 1.0
) -> dict[str, list[list[dict[str, str]]]]:
    """Conversations of an instruction, a sentence and its answer, in parts "train", "valid" and "test".

    The parts are cut by document, so that the sentences of one review stay together; good and bad take turns, the same
    number of each. lengths: how many characters a sentence may have. clear: a rating at least so far from 0. Raises
    DataError when the data cannot be had.

    >>> load_review_talks()["train"][0][-1]["role"]  # doctest: +SKIP
    'assistant'
    """
    least, most = lengths
    reviews = [
        one
        for one in load_sentiment(kind)
        if least <= len(one.text) <= most and abs(one.score) >= clear and one.text.isprintable()
    ]
    rng = np.random.default_rng(0)  # the cut belongs to the task: it is the same under every seed
    documents = rng.permutation(sorted({one.document for one in reviews}))
    ends = (np.array([0.6, 0.8]) * len(documents)).astype(int)
    parts = {}
    for name, chosen in zip(("train", "valid", "test"), np.split(documents, ends)):
        inside = [one for one in reviews if one.document in set(chosen.tolist())]
        rng.shuffle(inside)
        sides = [[one for one in inside if (one.score > 0) == good] for good in (True, False)]
        parts[name] = [talk_of(one.text, review_answer(one.score)) for pair in zip(*sides) for one in pair]
    return parts


def talk_of(sentence: str, answer: str) -> list[dict[str, str]]:
    """Three messages: what is asked for, the sentence, and the answer."""
    texts = {"system": INSTRUCTION, "user": sentence, "assistant": answer}
    return [{"role": role, "content": content} for role, content in texts.items()]
