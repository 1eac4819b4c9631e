"""A guard between a drafted reply and the customer: every number of the draft has to stand in the source.

A language model writes what is likely, and "within 14 days" is likely whether or not the shop said so. Numbers,
amounts, dates and addresses can be compared without understanding the text, so that a program can do it. How often
generated summaries say what no source says: Maynez et al. 2020, "On Faithfulness and Factuality in Abstractive
Summarization".
"""

import re
from dataclasses import dataclass

__all__ = ["Verdict", "check_draft", "cited", "claims", "denies"]

WORDS = {
    name: str(value)
    for value, name in enumerate(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=2
    )
} | {"fourteen": "14", "fifteen": "15", "twenty": "20", "thirty": "30", "sixty": "60", "ninety": "90", "hundred": "100"}
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SIGNS = {"€": "euro", "$": "dollar", "£": "pound", "%": "percent"}
UNITS = {
    "day": "days?|weekdays?",
    "week": "weeks?",
    "month": "months?",
    "year": "years?",
    "hour": "hours?|hrs?",
    "minute": "minutes?|mins?",
    "euro": "euros?|eur",
    "dollar": "dollars?|usd",
    "pound": "pounds?|gbp",
    "percent": "percent",
    "cm": "cm|centimetres?|centimeters?",
    "kg": "kg|kilos?|kilograms?",
}
BETWEEN = r"[\s-]*(?:(?:working|business|calendar|full|whole)\s+)?"  # "14 working days", "30-day"
NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
COUNTED = re.compile(rf"([€$£]?)\s*({NUMBER})(?:{BETWEEN}((?:{'|'.join(UNITS.values())})(?![a-z])|[€$£%]))?")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[^\s,;)]*[^\s,;.)!?]")
DENIAL = re.compile(r"\b(?:not|cannot|no|never|unfortunately|unable|without|neither|nor|only)\b|n't\b", re.I)
LABEL = re.compile(r"\[([\w.-]+)\]")


@dataclass(frozen=True)
class Verdict:
    """What the guard found. invented: claims that the source lacks. denied: a "no" that the source lacks."""

    invented: tuple[str, ...] = ()
    denied: bool = False

    @property
    def passed(self) -> bool:
        """Whether the draft may be sent."""
        return not self.invented and not self.denied


def claims(text: str) -> set[str]:
    """The checkable claims of a text: numbers with their unit, days of the week, months, addresses.

    A number that has a unit is also a claim without it. "One" is no number, since it mostly means something else, and
    "May" is no month. Labels in square brackets such as [R1] are left out.

    >>> sorted(claims("Within thirty days, on Monday, for € 4.90 [R1]"))
    ['30', '30 day', '4.9', '4.9 euro', 'monday']
    """
    text = LABEL.sub(" ", text.lower())
    found = set(ADDRESS.findall(text))
    text = ADDRESS.sub(" ", text)
    for word, value in WORDS.items():
        text = re.sub(rf"\b{word}\b", value, text)
    for sign, number, unit in COUNTED.findall(text):
        value, unit = _plain(number), unit_name(sign or unit)
        found |= {value, f"{value} {unit}"} if unit else {value}
    return found | {name for name in MONTHS + DAYS if re.search(rf"\b{name}s?\b", text)}


def unit_name(written: str) -> str:
    """The unit that a sign or a word stands for, or "": "hrs" is "hour"."""
    if written in SIGNS or not written:
        return SIGNS.get(written, "")
    return next(unit for unit, pattern in UNITS.items() if re.fullmatch(pattern, written))


def cited(text: str) -> list[str]:
    """The labels in square brackets, in their order.

    >>> cited("Yes, you can [R1].")
    ['R1']
    """
    return LABEL.findall(text)


def denies(text: str) -> bool:
    """Whether a text holds a word that says no or limits: not, no, never, only, unfortunately …

    >>> denies("We don't take cards."), denies("We take cards.")
    (True, False)
    """
    return bool(DENIAL.search(text))


def check_draft(draft: str, source: str) -> Verdict:
    """Compare a draft with the text that it must rest on; what the customer wrote is no evidence.

    >>> check_draft("Send it back within 14 days.", "Returns are free for 30 days.").invented
    ('14', '14 day')
    >>> check_draft("We don't take cards.", "We take cards.").passed
    False
    """
    return Verdict(tuple(sorted(claims(draft) - claims(source))), denies(draft) and not denies(source))


def _plain(number: str) -> str:
    """ "1,000" and "4.90" as 1000 and 4.9; a comma before one or two digits is a decimal one."""
    if re.fullmatch(r"\d+,\d{1,2}", number):
        number = number.replace(",", ".")
    number = number.replace(",", "")
    return number.rstrip("0").rstrip(".") if "." in number else number.lstrip("0") or "0"
