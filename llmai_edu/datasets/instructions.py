"""Instructions with an answer each, and conversations with a preferred and a rejected answer."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from .errors import DataError
from .fetch import fetch
from .hash_split import Split, split_by_key

__all__ = [
    "Exchange",
    "PreferencePair",
    "load_instructions",
    "load_preferences",
    "read_instructions",
    "read_preferences",
]

ROLES = {"human": "user", "gpt": "assistant", "system": "system"}


class Exchange(NamedTuple):
    """What was asked, and one answer."""

    prompt: str
    answer: str


class PreferencePair(NamedTuple):
    """A conversation up to a question, as {"role": …, "content": …}, and two answers to it."""

    messages: tuple[dict[str, str], ...]
    better: str
    worse: str


def load_instructions(language: str = "en") -> Split[Exchange]:
    """Return the instructions of a language, "en" or "zh", in three parts that share no prompt.

    An input stands below its instruction, after an empty line. Fetched first where necessary. Raises DataError for
    another language, or when the data cannot be had.

    >>> [len(part) for part in load_instructions().parts]  # doctest: +SKIP
    [796, 101, 102]
    """
    if language not in ("en", "zh"):
        raise DataError(f"there are instructions in 'en' and 'zh', not in {language!r}")
    exchanges = read_instructions(folder() / f"alpaca_{language}_demo.json")
    return split_by_key(exchanges, key=lambda one: one.prompt)


def load_preferences() -> Split[PreferencePair]:
    """Return the pairs of answers in three parts that share no conversation; fetched first where necessary.

    Raises DataError when they cannot be had.

    >>> [len(part) for part in load_preferences().parts]  # doctest: +SKIP
    [215, 30, 55]
    """
    pairs = read_preferences(folder() / "dpo_en_demo.json")
    return split_by_key(pairs, key=lambda one: json.dumps(one.messages), shares=(0.7, 0.1, 0.2))


def folder() -> Path:
    """Where the files lie."""
    return fetch("instructions") / "llamafactory-0.9.5" / "data"


def read_instructions(path: Path) -> list[Exchange]:
    """Return the exchanges of a file in Alpaca's form: instruction, input, output."""
    return [read_exchange(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def read_exchange(entry: dict[str, str]) -> Exchange:
    """Put the input, where there is one, below the instruction.

    >>> read_exchange({"instruction": "Add. ", "input": "1, 2", "output": "3"})
    Exchange(prompt='Add.\\n\\n1, 2', answer='3')
    """
    given = entry["input"].strip()
    if given.lower() in ("no input", "<noinput>"):
        given = ""
    return Exchange("\n\n".join(filter(None, (entry["instruction"].strip(), given))), entry["output"].strip())


def read_preferences(path: Path) -> list[PreferencePair]:
    """Return the pairs of a file in ShareGPT's form."""
    return [read_pair(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def read_pair(entry: dict[str, Any]) -> PreferencePair:
    """Give the turns the names that chat templates use.

    >>> turn = {"from": "human", "value": "Hi"}
    >>> read_pair({"conversations": [turn], "chosen": {"value": "Hello!"}, "rejected": {"value": "What?"}})
    PreferencePair(messages=({'role': 'user', 'content': 'Hi'},), better='Hello!', worse='What?')
    """
    turns = tuple({"role": ROLES[turn["from"]], "content": turn["value"]} for turn in entry["conversations"])
    return PreferencePair(turns, entry["chosen"]["value"], entry["rejected"]["value"])
