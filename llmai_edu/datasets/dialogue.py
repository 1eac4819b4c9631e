"""Conversations of two people who were asked to chat, as lists of turns."""

import json
from pathlib import Path

from .fetch import fetch

__all__ = ["clean_turns", "load_dialogue", "read_dialogue"]


def load_dialogue() -> list[list[str]]:
    """Return the conversations that have two turns or more, each a list of turns; fetched first where necessary.

    Raises DataError when they cannot be had.

    >>> len(load_dialogue())  # doctest: +SKIP
    4017
    """
    return read_dialogue(fetch("dialogue") / "chitchat_dataset" / "dataset.json")


def read_dialogue(path: Path) -> list[list[str]]:
    """Return the conversations of a file, in its order, without those that nobody answered."""
    conversations = json.loads(path.read_text(encoding="utf-8")).values()
    cleaned = (clean_turns([[part["text"] for part in turn] for turn in one["messages"]]) for one in conversations)
    return [turns for turns in cleaned if len(turns) > 1]


def clean_turns(messages: list[list[str]]) -> list[str]:
    """Join the messages of each turn with single spaces; blank ones go.

    >>> clean_turns([["Hello", "how  are you?"], [" "], ["fine"]])
    ['Hello how are you?', 'fine']
    """
    turns = (" ".join(" ".join(turn).split()) for turn in messages)
    return [turn for turn in turns if turn]
