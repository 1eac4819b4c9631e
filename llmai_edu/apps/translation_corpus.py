"""What the translator of lesson 26 is trained and tested on: three kinds of short texts, split together."""

from collections.abc import Iterable
from dataclasses import dataclass

from llmai_edu.datasets.emoji_names import load_emoji_names
from llmai_edu.datasets.hash_split import Split, split_by_key
from llmai_edu.datasets.home_strings import load_home_strings
from llmai_edu.datasets.parallel import normalize_english
from llmai_edu.datasets.ui_strings import load_ui_strings

__all__ = ["KINDS", "LONGEST", "TARGETS", "Example", "load_examples", "one_each"]

TARGETS = ("fr", "zh")
KINDS = {"home": load_home_strings, "jupyter": load_ui_strings, "emoji": load_emoji_names}
LONGEST = 40  # words of a source; longer ones are neither trained on nor tested


@dataclass(frozen=True)
class Example:
    """An English text, its translation, the language of that ("fr" or "zh"), and the kind: a key of `KINDS`."""

    english: str
    foreign: str
    language: str
    kind: str


def load_examples(languages: Iterable[str] = TARGETS, kinds: Iterable[str] = tuple(KINDS)) -> Split[Example]:
    """Load all pairs with at most 40 English words, and split them by their normalized English.

    The same English is in the same part for every kind and language, so no source of any test, that of lesson 09
    included, was seen in training. Emoji names are in lower case, as in lesson 09. Raises DataError when data are
    missing.

    >>> split = load_examples(["fr"], ["emoji"])  # doctest: +SKIP
    """
    examples = [
        Example(pair.english.lower() if kind == "emoji" else pair.english, pair.foreign, language, kind)
        for language in languages
        for kind in kinds
        for pair in KINDS[kind](language)
        if len(pair.english.split()) <= LONGEST
    ]
    return split_by_key(examples, key=lambda example: normalize_english(example.english))


def one_each(examples: Iterable[Example], language: str, kind: str) -> list[Example]:
    """The examples of one language and kind, of each English text the first one only: a test set.

    >>> found = [Example("On", "Allumé", "fr", "home"), Example("On", "Activé", "fr", "home")]
    >>> [example.foreign for example in one_each(found, "fr", "home")]
    ['Allumé']
    """
    chosen: dict[str, Example] = {}
    for example in examples:
        if (example.language, example.kind) == (language, kind):
            chosen.setdefault(example.english, example)
    return list(chosen.values())
