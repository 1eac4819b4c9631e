"""Notice a message that speaks of hurting oneself or somebody, and answer it with a way to people, not with a code."""

from __future__ import annotations

import re

__all__ = ["HELP", "speaks_of_harm"]

HELP = (
    "I am sorry that it is so hard. This program cannot help, but people can, now: call 112 in Europe, "
    "988 in the USA, or your emergency number; for a line near you see findahelpline.com."
)
SELF = r"(?:my ?self|me|him ?self|her ?self|them ?sel\w+|your ?self|one ?self|somebody|someone|him|her|them|people)"
HARM = r"(?:kill|hurt|harm|cut|hang|shoot|poison|stab|murder)\w*"
WORDS = re.compile(
    rf"\b(?:{HARM} (?:\w+ )?{SELF}|suicid\w*|self[ -]?(?:harm|injur)\w*|want(?:ed)? to die|wanna die|"
    r"(?:end|ending|take|taking) (?:my|his|her|their) (?:own )?life|end it all|better off dead|"
    r"(?:do not|don'?t) want to (?:live|be alive)|no reason to live|overdos\w*)\b",
    re.IGNORECASE,
)


def speaks_of_harm(text: str) -> bool:
    """Return whether a text holds one of a few phrases about killing or hurting. It misses many others.

    >>> speaks_of_harm("I want to kill myself"), speaks_of_harm("my ears ring all day")
    (True, False)
    """
    return WORDS.search(" ".join(text.replace("\u2019", "'").split())) is not None
