"""What verse asks of a word: its syllables, their stresses, and the sounds that rhyme.

Everything is read from the phonemes of CMUdict, in which every vowel, and nothing else, bears a digit for its stress.
"""

import re
from collections.abc import Mapping, Sequence

from llmai_edu.datasets.pronunciations import load_pronunciations

__all__ = ["look_up", "rhyme_part", "rhymes", "stresses", "words_of"]

Phones = tuple[str, ...]
Dictionary = Mapping[str, tuple[Phones, ...]]
_WORD = re.compile(r"[a-z']+")
_VOICELESS = frozenset(("P", "T", "K", "F", "TH"))
_HISSING = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))


def words_of(line: str) -> list[str]:
    """The words of a line in lower case: letters and apostrophes; a hyphen or a dash parts two words.

    >>> words_of("Thou art more lovely--'tis true, self-love:")
    ['thou', 'art', 'more', 'lovely', "'tis", 'true', 'self', 'love']
    """
    return [word for word in _WORD.findall(line.lower().replace("’", "'")) if word.strip("'")]


def stresses(phones: Sequence[str]) -> str:
    """The stress of each syllable, one digit a vowel: 1 main, 2 secondary, 0 none.

    >>> stresses(("K", "AH0", "M", "P", "EH1", "R"))
    '01'
    """
    return "".join(phone[-1] for phone in phones if phone[-1].isdigit())


def rhyme_part(phones: Sequence[str]) -> Phones:
    """The sounds from the last stressed vowel to the end, without the digits; all sounds if no vowel is stressed.

    >>> rhyme_part(("K", "AH0", "M", "P", "EH1", "R"))
    ('EH', 'R')
    """
    stressed = [place for place, phone in enumerate(phones) if phone[-1] in "12"]
    return tuple(phone.rstrip("012") for phone in phones[stressed[-1] if stressed else 0 :])


def look_up(word: str, dictionary: Dictionary | None = None) -> tuple[Phones, ...]:
    """The pronunciations of a word in lower case; none if it is unknown.

    A word that is not in the dictionary is tried without an ending 's, 'd or 'st, whose sound is put back, and without
    apostrophes at its ends. dictionary: `load_pronunciations()` if none is given.

    >>> look_up("summer's", {"summer": (("S", "AH1", "M", "ER0"),)})
    (('S', 'AH1', 'M', 'ER0', 'Z'),)
    """
    dictionary = load_pronunciations() if dictionary is None else dictionary
    for tried in (word, word.strip("'")):
        if tried in dictionary:
            return dictionary[tried]
    stem, _, ending = word.strip("'").rpartition("'")
    stem = next((one for one in (stem, f"{stem}e") if one in dictionary), None)  # lov'd is love + d
    if stem is None or ending not in ("s", "d", "st"):
        return ()
    return tuple((*phones, *_ending(phones[-1], ending)) for phones in dictionary[stem])


def _ending(last: str, ending: str) -> Phones:
    """How 's, 'd or 'st sounds after a last phoneme; a syllable of its own only where it cannot be said without."""
    if ending == "st":
        return ("S", "T")
    if ending == "d":
        return ("AH0", "D") if last in ("T", "D") else ("T",) if last in _VOICELESS | {"S", "SH", "CH"} else ("D",)
    return ("AH0", "Z") if last in _HISSING else ("S",) if last in _VOICELESS else ("Z",)


def rhymes(a: str, b: str, dictionary: Dictionary | None = None) -> bool:
    """Whether two different words rhyme in one of their pronunciations: equal sounds from the last stressed vowel on.

    >>> rhymes("day", "may"), rhymes("day", "day"), rhymes("love", "prove")  # doctest: +SKIP
    (True, False, False)
    """
    a, b = a.lower(), b.lower()
    if a == b:
        return False
    first, second = ({rhyme_part(phones) for phones in look_up(word, dictionary)} for word in (a, b))
    return not first.isdisjoint(second)
