"""What Home Assistant shows on the screen, in English and another language."""

import json
from collections.abc import Iterator
from pathlib import Path

from .fetch import fetch
from .parallel import Pair

FILES = {"fr": "fr.json", "zh": "zh-Hans.json"}


def load_home_strings(language: str) -> list[Pair]:
    """Return the different pairs of English and translated strings; `origin` is the component that holds it first.

    language: "fr" or "zh". The two files of a component are joined on the path of their keys. Strings that are the same
    in both languages are left out. Raises ValueError for another language, DataError when the strings cannot be had.

    >>> load_home_strings("fr")[0]  # doctest: +SKIP
    Pair(english='Username', foreign="Nom d'utilisateur", origin='abode')
    """
    if language not in FILES:
        raise ValueError(f"there are translations into {' and '.join(FILES)}, not {language!r}")
    return read_components(fetch("home-strings") / "homeassistant" / "components", FILES[language])


def read_components(folder: Path, file: str) -> list[Pair]:
    """Return the different pairs of en.json and `file` below `folder`, in the order of the components' names."""
    pairs: dict[tuple[str, str], Pair] = {}
    for path in sorted(folder.glob(f"*/translations/{file}")):
        english = dict(leaves(json.loads(path.with_name("en.json").read_text(encoding="utf-8"))))
        for key, text in leaves(json.loads(path.read_text(encoding="utf-8"))):
            source, target = english.get(key, "").strip(), text.strip()
            if source and target and source != target:
                pairs.setdefault((source, target), Pair(source, target, path.parent.parent.name))
    return list(pairs.values())


def leaves(tree: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of nested dictionaries with the path of keys that leads to each.

    >>> list(leaves({"state": {"on": "On"}, "title": "Lamp"}))
    [(('state', 'on'), 'On'), (('title',), 'Lamp')]
    """
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        elif isinstance(value, str):
            yield (*path, key), value
