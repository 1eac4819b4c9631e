"""Card lines made by a program: a description as it might stand on a statement, more or less spoiled."""

import re

import numpy as np

__all__ = ["LEVELS", "card_line"]

LEVELS = ("as written", "upper case", "and cut at 22", "and a store number", "and vowels dropped")
CITIES = ("DAYTON OH", "LYON FR", "LEEDS GB", "AUSTIN TX", "KOELN DE", "OSLO NO", "MILANO IT", "RENO NV")


def card_line(text: str, level: int, rng: np.random.Generator) -> str:
    """Return a description spoiled up to a level of `LEVELS`; each level does all that the ones before it do.

    Level 1: upper case, and only letters, digits and spaces. 2: cut after 22 characters, the room that a card line has
    for the name of the shop. 3: a prefix such as SQ *, a store number and a city around it. 4: of its words of five
    letters and more all vowels but the first letter are dropped, before it is cut. Raises ValueError for another level.

    >>> rng = np.random.default_rng(0)
    >>> card_line("Bakeries, sweet & salty shops", 2, rng), card_line("Bakeries", 4, rng)
    ('BAKERIES SWEET SALTY S', 'SQ *BKRS 0473 AUSTIN TX')
    """
    if level not in range(len(LEVELS)):
        raise ValueError(f"level is 0 to {len(LEVELS) - 1}, got {level}")
    if level == 0:
        return text
    line = " ".join(re.findall(r"[A-Z0-9]+", text.upper().replace("'", "")))
    if level == 4:
        line = re.sub(r"\b(\w)(\w{4,})", lambda m: m[1] + re.sub("[AEIOU]", "", m[2]), line)
    if level >= 2:
        line = line[:22].strip()
    if level >= 3:
        prefix = ("SQ *", "TST* ", "POS ", "")[rng.integers(4)]
        line = f"{prefix}{line} {rng.integers(1, 9999):04d} {CITIES[rng.integers(len(CITIES))]}"
    return line
