"""A small task with a strict form: a customer's sentence in, its mood and its stars out, as JSON.

The sentences and their ratings are those of Hutto and Gilbert, "VADER", ICWSM 2014.
"""

import json

import numpy as np

from llmai_edu.datasets import load_sentiment

__all__ = ["INSTRUCTION", "load_review_talks", "read_form", "review_answer"]

INSTRUCTION = "Rate this review as JSON."
MOODS = {1: "bad", 2: "bad", 3: "mixed", 4: "good", 5: "good"}


def review_answer(score: float) -> str:
    """The answer for a rating from -4 to 4: one to five stars, and the mood that goes with them.

    >>> review_answer(-2.5), review_answer(0.3)
    ('{"mood": "bad", "stars": 2}', '{"mood": "mixed", "stars": 3}')
    """
    stars = min(5, max(1, round(3 + score / 2)))
    return json.dumps({"mood": MOODS[stars], "stars": stars})


def read_form(answer: str) -> dict | None:
    """The answer as a dictionary if it has the form exactly: two keys, allowed values that agree; else None.

    >>> read_form('{"mood": "bad", "stars": 2}')
    {'mood': 'bad', 'stars': 2}
    >>> read_form('{"mood": "bad", "stars": 5}'), read_form("It is bad: 2 stars.")
    (None, None)
    """
    try:
        form = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(form, dict) or list(form) != ["mood", "stars"] or type(form["stars"]) is not int:
        return None
    return form if MOODS.get(form["stars"]) == form["mood"] else None


def load_review_talks(kind: str = "products", longest: int = 80, shortest: int = 20) -> dict[str, list[list[dict]]]:
    """Conversations of an instruction, a sentence and its answer, in parts "train", "valid" and "test".

    Parts are cut by document, so that sentences of one review stay together; the moods are balanced. Sentences of
    `shortest` to `longest` characters. Raises DataError when the data cannot be had.

    >>> load_review_talks()["train"][0][-1]["role"]  # doctest: +SKIP
    'assistant'
    """
    reviews = [one for one in load_sentiment(kind) if shortest <= len(one.text) <= longest and one.text.isprintable()]
    rng = np.random.default_rng(0)  # the cut belongs to the task: it is the same for every seed
    documents = rng.permutation(sorted({one.document for one in reviews}))
    cuts = {"train": documents[: len(documents) * 6 // 10]}
    cuts["valid"] = documents[len(cuts["train"]) : len(documents) * 8 // 10]
    cuts["test"] = documents[len(documents) * 8 // 10 :]
    parts = {}
    for name, chosen in cuts.items():
        inside = set(chosen.tolist())
        by_mood: dict[str, list] = {"bad": [], "mixed": [], "good": []}
        for place in rng.permutation(len(reviews)):
            if reviews[place].document in inside:
                talk = talk_of(reviews[place].text, review_answer(reviews[place].score))
                by_mood[json.loads(talk[-1]["content"])["mood"]].append(talk)
        parts[name] = [talk for three in zip(*by_mood.values()) for talk in three]
    return parts


def talk_of(sentence: str, answer: str) -> list[dict]:
    """Three messages: what is asked for, the sentence, and the answer."""
    return [
        {"role": "system", "content": INSTRUCTION},
        {"role": "user", "content": sentence},
        {"role": "assistant", "content": answer},
    ]
