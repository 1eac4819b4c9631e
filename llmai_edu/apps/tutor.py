"""A tutor that hints before it tells: where to look, then the sentence with its key words blanked, then the quotation.

The rule of the blanks is strict and needs no model: of the quoted sentence a hint shows small words and those of the
question, nothing else.
"""

import re
from collections.abc import Collection

from llmai_edu.apps.citations import SMALL, Citation

__all__ = ["BLANK", "LEVELS", "blank_words", "hint", "key_words", "leaked_words", "word_stem"]

BLANK = "____"
LEVELS = (1, 2, 3)
WORD = re.compile(r"\w+")  # letters, digits and underscores: __enter__ is one word
CODE = re.compile(r'"([^"\n]*)"|`([^`\n]*)`')  # Python's reference writes code between these signs


def word_stem(word: str) -> str:
    """A word in small letters, without an ending that makes it look different.

    >>> word_stem("Statements"), word_stem("statement"), word_stem("class")
    ('statement', 'statement', 'class')
    """
    word = word.lower()
    return re.sub(r"(?<=[^s]{4})(s|ed|ing)$", "", word)


def key_words(text: str, question: str = "") -> set[str]:
    """The words, as stems, that give a text away: all but the small ones and those of the question.

    A small word or a letter counts if it is code, since "with" or "not" may be the answer, or if the text has no other
    words.

    >>> sorted(key_words('Cats purr when "not" sad.', "Why do cats purr?"))
    ['not', 'sad']
    """
    code = " ".join(one or two for one, two in CODE.findall(text))
    plain = {word for word in WORD.findall(text.lower()) if word not in SMALL and len(word) > 1}  # no ’s
    words = plain | set(WORD.findall(code.lower()))
    words = words or set(WORD.findall(text.lower()))
    return {word_stem(word) for word in words} - {word_stem(word) for word in WORD.findall(question)}


def blank_words(text: str, secret: Collection[str]) -> str:
    """A text with every word blanked whose stem is secret.

    >>> blank_words("Cats purr when happy.", {"happy"})
    'Cats purr when ____.'
    """
    return WORD.sub(lambda found: BLANK if word_stem(found[0]) in secret else found[0], text)


def hint(citation: Citation, question: str, level: int, answer: str = "") -> str:
    """The hint of a level: 1 where to look, 2 the sentence with blanks, 3 the quotation.

    The key words of the quoted sentence are blanked in the place of level 1, too: a heading is often the answer.
    answer: if the right answer is known (a teacher's question), its words are blanked as well, wherever they stand.
    Raises ValueError for another level.

    >>> from llmai_edu.apps.chunks import Chunk
    >>> text = "Cats purr when happy."
    >>> cited = Citation(1, Chunk(text, "Lesson 3 (pets): Happy cats", 0, 21), text)
    >>> [hint(cited, "Why do cats purr?", level) for level in (1, 2)]
    ['Look here: Lesson 3 (pets): ____ cats', 'Fill in: Cats purr when ____.']
    """
    if level not in LEVELS:
        raise ValueError(f"a hint has level 1, 2 or 3, got {level!r}")
    secret = key_words(citation.quote, question) | (key_words(answer, question) if answer else set())
    if level == 1:
        return f"Look here: {blank_words(citation.chunk.source, secret)}"
    return f"Fill in: {blank_words(citation.quote, secret)}" if level == 2 else f"It says: {citation}"


def leaked_words(shown: str, question: str, answer: str) -> set[str]:
    """The key words of the answer, as stems, that a hint shows.

    >>> leaked_words("Cats ____ when happy.", "Why do cats purr?", "when they are happy")
    {'happy'}
    """
    return key_words(answer, question) & {word_stem(word) for word in WORD.findall(shown)}
