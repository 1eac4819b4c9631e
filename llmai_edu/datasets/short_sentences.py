"""Short sentences of plays: what people on a stage say to each other in a few words."""

import re
from collections.abc import Iterable

# A capital, then small letters: no names of speakers in capitals, no brackets, no numbers.
PLAIN_SENTENCE = re.compile(r"[A-Z][a-z]*(?:[,;:]? ['A-Za-z][a-z'-]*)*[.!?]")
WORD_OR_SIGN = re.compile(r"[\w'-]+|[^\w\s]")


def short_sentences(texts: Iterable[str], shortest: int = 3, longest: int = 8) -> list[tuple[str, ...]]:
    """Return the different short sentences of some texts as words and signs in small letters, in order of appearance.

    shortest, longest: words and signs before the last sign, which is one of . ! ? and belongs to the sentence.

    >>> short_sentences(["LEAR: Who is it? Well, well, well! WHO is it that can tell me?"])
    [('well', ',', 'well', ',', 'well', '!')]
    """
    found = {}
    for text in texts:
        for piece in re.split(r"(?<=[.!?])\s+", " ".join(text.split())):
            words = tuple(WORD_OR_SIGN.findall(piece.lower()))
            if PLAIN_SENTENCE.fullmatch(piece) and shortest <= len(words) - 1 <= longest:
                found[words] = None
    return list(found)
