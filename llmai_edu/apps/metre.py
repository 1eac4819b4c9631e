"""Does a line scan? Iambic pentameter as a rule over the stresses of a dictionary.

The rule is a simple form of the one that Kiparsky found ("The Rhythmic Structure of English Verse", 1977): what English
iambs avoid is the main stress of a longer word on a weak place; a word of one syllable may stand anywhere.
"""

from collections.abc import Iterable

from llmai_edu.apps.pronunciation import Dictionary, look_up, rhymes, stresses, words_of

__all__ = ["LENGTH", "SCHEME", "fits", "next_places", "rhymed_share", "scans", "scheme_pairs"]

LENGTH = 10
SCHEME = "ABABCDCDEFEFGG"


def fits(pattern: str, place: int) -> bool:
    """Whether a word with these stresses may begin at this place of a line, counted from 0.

    Places 1, 3, 5, 7 and 9 are strong, the others weak. The main stress of a word of two or more syllables must stand
    on a strong place; at the very beginning of a line it may also stand on place 0. Nothing is asked of words of one
    syllable, nor of other syllables.

    >>> fits("01", 0), fits("01", 1), fits("10", 1), fits("10", 0), fits("10", 2)
    (True, False, True, True, False)
    """
    if len(pattern) == 1:
        return True
    return all(digit != "1" or (place + i) % 2 == 1 or place + i == 0 for i, digit in enumerate(pattern))


def next_places(places: Iterable[int], patterns: Iterable[str], longest: int = LENGTH) -> set[int]:
    """Where the next word may begin, after a word that begins at one of these places and has one of these patterns.

    >>> sorted(next_places({0}, ["1", "10"]))          # "fire", with one syllable or two
    [1, 2]
    """
    ways = {(place + len(pattern), fits(pattern, place)) for place in places for pattern in patterns}
    return {after for after, fitting in ways if fitting and after <= longest}


def scans(line: str, dictionary: Dictionary | None = None) -> bool:
    """Whether a line can be read as an iambic pentameter: ten places, or an eleventh syllable without stress.

    Every word's pronunciations are tried. A line with a word that the dictionary does not know does not scan.

    >>> scans("Shall I compare thee to a summer's day?")  # doctest: +SKIP
    True
    """
    places, last = {0}, ()
    for word in words_of(line):
        last = tuple(stresses(phones) for phones in look_up(word, dictionary))
        before, places = places, next_places(places, last, LENGTH + 1)
    if LENGTH in places:
        return True
    feminine = [pattern for pattern in last if len(pattern) > 1 and pattern[-1] == "0"]
    return bool(last) and LENGTH + 1 in next_places(before, feminine, LENGTH + 1)


def scheme_pairs(scheme: str = SCHEME) -> list[tuple[int, int]]:
    """The lines that should rhyme, each with the last one before it that has the same letter.

    >>> scheme_pairs("ABAB")
    [(0, 2), (1, 3)]
    """
    return [(scheme.rindex(letter, 0, i), i) for i, letter in enumerate(scheme) if letter in scheme[:i]]


def rhymed_share(lines: list[str], scheme: str = SCHEME, dictionary: Dictionary | None = None) -> float:
    """The share of the pairs of a scheme whose last words rhyme; a line that is missing rhymes with nothing.

    >>> ends = {"day": (("D", "EY1"),), "may": (("M", "EY1"),), "date": (("D", "EY1", "T"),)}
    >>> rhymed_share(["A day,", "a date:", "in May", "to day."], "ABAB", ends)
    0.5
    """
    ends = [(words_of(line) or [""])[-1] for line in lines] + [""] * len(scheme)
    pairs = scheme_pairs(scheme)
    return sum(rhymes(ends[a], ends[b], dictionary) for a, b in pairs) / len(pairs)
