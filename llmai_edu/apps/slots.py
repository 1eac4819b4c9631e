"""Placeholders such as {name} that a translation must keep: taken out before, put back after.

A program fills `Hello {name}` in. A translator that writes `{nom}` breaks the program, and one that works letter by
letter may write anything. So each placeholder becomes one token, a *slot*, which the model can only copy or lose.
"""

import re
from collections import Counter
from dataclasses import dataclass

__all__ = ["N_SLOTS", "SLOTS", "Slotted", "fill_slots", "keeps_placeholders", "placeholders", "put_slots", "restore"]

N_SLOTS = 10
SLOTS = tuple(f"<p{number}>" for number in range(N_SLOTS))

#: {{ name }}, {name}, %(name)s, %s, %1, HTML tags, and addresses of web pages.
PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{[^{}\s]*\}|%\(\w+\)[a-z]|%[sdif]\b|%\d+|</?[A-Za-z][^<>]*>|https?://[^\s)>\]]+"
)


@dataclass(frozen=True)
class Slotted:
    """A text with slots, and the placeholder that each slot stands for: `values[0]` belongs to `<p0>`."""

    text: str
    values: tuple[str, ...]


def placeholders(text: str) -> list[str]:
    """All placeholders of a text, in their order.

    >>> placeholders("{user} sent %1 <b>files</b>")
    ['{user}', '%1', '<b>', '</b>']
    """
    return PLACEHOLDER.findall(text)


def fill_slots(text: str) -> Slotted:
    """Put a slot in the place of each placeholder; the same placeholder gets the same slot.

    Beyond the tenth different one they stay as they are. A text that holds "<p0>" itself is safe: that is a tag, so it
    becomes the value of a slot.

    >>> fill_slots("{a} and {b}, then {a}")
    Slotted(text='<p0> and <p1>, then <p0>', values=('{a}', '{b}'))
    """
    values = tuple(dict.fromkeys(placeholders(text)))[:N_SLOTS]
    return Slotted(put_slots(text, values), values)


def put_slots(text: str, values: tuple[str, ...]) -> str:
    """Put the slots of a source into its translation.

    >>> put_slots("puis {b}, {a}", ("{a}", "{b}"))
    'puis <p1>, <p0>'
    """
    slots = dict(zip(values, SLOTS))
    return PLACEHOLDER.sub(lambda found: slots.get(found[0], found[0]), text)


def restore(text: str, values: tuple[str, ...]) -> str:
    """Put the placeholders back. A slot without a value, which a model may invent, is left out.

    >>> restore("puis <p1>, <p0> <p7>", ("{a}", "{b}"))
    'puis {b}, {a} '
    """
    given = dict(zip(SLOTS, values))
    return re.sub("|".join(SLOTS), lambda found: given.get(found[0], ""), text)  # in one pass: a value is never read


def keeps_placeholders(source: str, translation: str) -> bool:
    """Whether a translation has the placeholders of its source, each as often, in any order, and no others.

    >>> keeps_placeholders("{a} of {b}", "{b} : {a}"), keeps_placeholders("{name}", "{nom}")
    (True, False)
    """
    return Counter(placeholders(source)) == Counter(placeholders(translation))
