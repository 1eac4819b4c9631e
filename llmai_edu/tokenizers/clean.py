"""Cleaning text as search engines did: what each step does, and what it throws away.

A search engine wants "Café", "cafe" and "CAFÉ" to be the same word. A language model must write text that reads well,
so models are trained on text with capitals, accents, stop words and endings in place; of all this they keep at most
Unicode normalization (Manning, Raghavan and Schütze 2008, *Introduction to Information Retrieval*, §2.2).
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Literal

import regex

QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


def normalize_unicode(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC") -> str:
    """Write equal characters with equal code points (Unicode Standard Annex 15).

    "é" can be one code point or two. NFC composes it; NFKC also flattens variants such as "ﬁ", "²" and "Ａ".

    >>> normalize_unicode("e\\u0301") == "é", normalize_unicode("ﬁ²", "NFKC")
    (True, 'fi2')
    """
    return unicodedata.normalize(form, text)


def remove_control(text: str) -> str:
    """Drop control and invisible formatting characters (categories Cc and Cf), but keep white space: tabs, line ends.

    Emoji and some scripts are joined by formatting characters, so this takes a family emoji apart.

    >>> remove_control("a\\x00b\\u200bc\\n\\x0cd")
    'abc\\n\\x0cd'
    """
    return regex.sub(r"(?![\s\x1c-\x1f])[\p{Cc}\p{Cf}]", "", text)


def straighten_quotes(text: str) -> str:
    """Write typographic quotation marks and apostrophes as those of the keyboard.

    >>> straighten_quotes("“It’s”")
    '"It\\'s"'
    """
    return text.translate(QUOTES)


def strip_accents(text: str) -> str:
    """Take the accents off letters. In many languages this makes another word: German "schon" is not "schön".

    >>> strip_accents("Café Zürich")
    'Cafe Zurich'
    """
    bare = regex.sub(r"\p{Mn}", "", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare)


def collapse_whitespace(text: str) -> str:
    """Make every run of white space one space, and cut it off at both ends: the indentation of code is lost.

    >>> collapse_whitespace(" two  words\\n")
    'two words'
    """
    return " ".join(text.split())


def clean(text: str) -> str:
    """All steps in the order in which a search engine would take them, capitals last.

    >>> clean(" The “Café”\\u200b\\n of  ANNA ")
    'the "cafe" of anna'
    """
    steps = (normalize_unicode, remove_control, straighten_quotes, strip_accents, collapse_whitespace, str.casefold)
    for step in steps:
        text = step(text)
    return text


def words(text: str) -> list[str]:
    """The words of a text: runs of letters and digits with apostrophes inside; all other signs are dropped.

    >>> words("Don't pay $5 (or more)!")
    ["Don't", 'pay', '5', 'or', 'more']
    """
    return regex.findall(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*", text)


@cache
def stop_words() -> frozenset[str]:
    """English words that a search index left out: scikit-learn's list, which was made for that purpose.

    The list has known oddities (Nothman, Qin and Yurchak 2018, "Stop Word Lists in Free Open-source Software
    Packages"); "computer" was once on it.

    >>> "the" in stop_words(), "not" in stop_words(), "people" in stop_words()
    (True, True, False)
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # slow to import, and needed by few

    return ENGLISH_STOP_WORDS


def remove_stop_words(words: Iterable[str]) -> list[str]:
    """Leave out the stop words, capitals ignored. Watch the meaning go with them.

    >>> remove_stop_words(["To", "be", "or", "not", "to", "be"])
    []
    """
    stops = stop_words()
    return [word for word in words if word.lower() not in stops]
