"""The names of the emoji in English and another language, aligned."""

import json
from pathlib import Path

from .fetch import fetch
from .parallel import Pair, check_language

FULLY_QUALIFIED = 2  # Unicode's status of the spelling that keyboards produce
SKIN_TONES = range(0x1F3FB, 0x1F3FF + 1)


def load_emoji_names(language: str) -> list[Pair]:
    """Return 1,923 emoji with their names in English and `language`; `origin` is the emoji itself.

    language: "fr", "de", "es" or "zh"; all four have the same emoji in the same order. Skin tones are left out. Raises
    ValueError for another language, DataError when the names cannot be had. Unicode CLDR.

    >>> load_emoji_names("fr")[0]  # doctest: +SKIP
    Pair(english='1st place medal', foreign='médaille d’or', origin='🥇')
    """
    return read_names(fetch("emoji-names") / "emoji" / "unicode_codes", check_language(language))


def read_names(folder: Path, language: str) -> list[Pair]:
    """Return the aligned names from `folder`/emoji.json and `folder`/emoji_`language`.json."""
    entries = json.loads((folder / "emoji.json").read_text(encoding="utf-8"))
    foreign = json.loads((folder / f"emoji_{language}.json").read_text(encoding="utf-8"))
    return [
        Pair(plain_name(entry["en"]), plain_name(foreign[emoji]), emoji)
        for emoji, entry in entries.items()
        if entry["status"] == FULLY_QUALIFIED and not any(ord(character) in SKIN_TONES for character in emoji)
    ]


def plain_name(identifier: str) -> str:
    """Return the words of a name that is written as the package writes it.

    >>> plain_name(":face_with_tears_of_joy:")
    'face with tears of joy'
    """
    return identifier.strip(":").replace("_", " ")
