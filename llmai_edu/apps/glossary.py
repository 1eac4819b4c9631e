"""A glossary that is kept: the wanted translation of a term travels through the model as a slot.

The model never sees the term. It reads a slot where the term stood and writes the slot where the translation goes;
then the wanted words are put in. What the model knew of the term, its gender say, is lost with it.
"""

import re
from collections.abc import Mapping

from llmai_edu.apps.slots import N_SLOTS, PLACEHOLDER, SLOTS, Slotted

__all__ = ["fill_terms", "terms_in", "uses_terms"]


def fill_terms(text: str, glossary: Mapping[str, str]) -> Slotted:
    """Put slots in the place of placeholders and of the glossary's terms; a term's value is its translation.

    glossary: English term -> wanted translation. A term is found as whole words, in small or capital letters, the
    longest first; where it begins the text with a capital, its translation gets one too. Beyond the tenth slot the
    text stays as it is.

    >>> fill_terms("Reset the Device {name}", {"device": "appareil"})
    Slotted(text='Reset the <p0> <p1>', values=('appareil', '{name}'))
    """
    values: list[str] = []

    def slot(found: re.Match) -> str:
        value = found[0] if PLACEHOLDER.fullmatch(found[0]) else lower_keys[found[0].lower()]
        if found.start() == 0 and found[0][0].isupper():
            value = value[0].upper() + value[1:]
        if value not in values:
            if len(values) == N_SLOTS:
                return found[0]
            values.append(value)
        return SLOTS[values.index(value)]

    lower_keys = {term.lower(): wanted for term, wanted in glossary.items()}
    filled = re.sub(f"{PLACEHOLDER.pattern}|{_pattern(glossary)}", slot, text)
    return Slotted(filled, tuple(values))


def terms_in(text: str, glossary: Mapping[str, str]) -> list[str]:
    """The terms of the glossary that stand in a text outside its placeholders, each once, in their order.

    >>> terms_in("Devices of {device}: the device", {"device": "appareil"})
    ['device']
    """
    found = re.findall(_pattern(glossary), PLACEHOLDER.sub(" ", text))
    return list(dict.fromkeys(term.lower() for term in found))


def uses_terms(source: str, translation: str, glossary: Mapping[str, str]) -> list[bool]:
    """For each term in the source, whether its wanted translation stands in the translation.

    >>> uses_terms("the device", "le dispositif", {"device": "appareil"})
    [False]
    """
    lower_keys = {term.lower(): wanted for term, wanted in glossary.items()}
    return [lower_keys[term].lower() in translation.lower() for term in terms_in(source, glossary)]


def _pattern(glossary: Mapping[str, str]) -> str:
    """A pattern that finds whole terms, the longest first; without terms it finds nothing."""
    terms = sorted(glossary, key=len, reverse=True)
    return rf"(?i:\b(?:{'|'.join(map(re.escape, terms))})\b)" if terms else r"(?!)"
