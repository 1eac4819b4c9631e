"""The words of verse: single tokens that the dictionary can pronounce, with what each does to a line.

To keep one choice one word, only words that SmolLM2 writes with one token are used: " summer" is one, " doth" two.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from llmai_edu.apps.metre import LENGTH, next_places
from llmai_edu.apps.pronunciation import Dictionary, Phones, rhyme_part, stresses
from llmai_edu.datasets.pronunciations import load_pronunciations
from llmai_edu.datasets.shakespeare import load_shakespeare
from llmai_edu.datasets.speeches import load_speeches
from llmai_edu.tokenizers.bpe import BPETokenizer

__all__ = ["VerseWords", "common_words", "usual_words", "verse_words"]

_INSIDE, _FIRST = re.compile(rb" ([a-z]+|I|O)"), re.compile(rb"([A-Z][a-z]*)")
_SHORT = frozenset(  # the words of one or two letters; other entries of that length are abbreviations
    "a i o am an as at be by do go he if in is it lo me my no of oh on or so to up us we ye".split()  # noqa: SIM905
)
_NO_END = frozenset(  # words that no line ends with
    "an and as at by for from in of or our the their to with your".split()  # noqa: SIM905
)
MARKS = ",.;:?!"
_PARTNERS = 6  # words of one syllable that a rhyme must offer, so that no line can get stuck


@dataclass(frozen=True)
class VerseWords:
    """What each token does to a line, as arrays over the vocabulary, V.

    word: (V,) of str, the word that a token is, "" for others. first: whether it begins a line (a capital, no space).
    after: (10, V), bit p of `after[place, token]` says that the next word may begin at place p; 0 where the word does
    not fit. rhyme: the sounds that rhyme with a token's word. groups: the tokens of each rhyme. commas, marks,
    line_break: the tokens that may stand between words, and at the end of a line.
    """

    word: np.ndarray
    first: np.ndarray
    after: np.ndarray
    rhyme: tuple[frozenset[Phones], ...]
    groups: dict[Phones, frozenset[int]]
    commas: tuple[int, ...]
    marks: tuple[int, ...]
    line_break: int

    def moves(self, places: int) -> np.ndarray:
        """Where the next word may begin after each token, as bits (V,), from a set of places given as bits."""
        rows = [self.after[place] for place in range(LENGTH) if places >> place & 1]
        return np.bitwise_or.reduce(rows)

    def partners(self, word: str) -> np.ndarray:
        """Which tokens rhyme with a word of this vocabulary and are other words: (V,) of bool."""
        mask = np.zeros(len(self.word), bool)
        for token in np.flatnonzero(self.word == word):
            for part in self.rhyme[token]:
                mask[list(self.groups.get(part, ()))] = True
        return mask & (self.word != word)

    def rhyming(self) -> np.ndarray:
        """Which tokens have a rhyme with at least six other words of one syllable: (V,) of bool."""
        mask = np.zeros(len(self.word), bool)
        for tokens in self.groups.values():
            if sum(self.after[9, token] > 0 for token in tokens) > _PARTNERS:
                mask[list(tokens)] = True
        return mask


def common_words(texts: Iterable[str], fewest: int = 5) -> set[str]:
    """The words that stand in the texts at least `fewest` times in lower case.

    A token such as " sta" is in the dictionary, as somebody's name, but it is mostly the beginning of a longer word.

    >>> common_words(["a day, a May day", "the day"], fewest=2) == {"a", "day"}
    True
    """
    counts = Counter(word for text in texts for word in re.findall(r"(?<![A-Za-z'])[a-z]+", text))
    return {word for word, count in counts.items() if count >= fewest} | {"i", "o"}


@lru_cache(maxsize=1)
def usual_words() -> frozenset[str]:
    """The common words of the addresses and of Shakespeare's works. Raises DataError when they cannot be had."""
    texts = [*(work.text for work in load_shakespeare()), *(speech.text for speech in load_speeches())]
    return frozenset(common_words(texts))


def verse_words(
    tokenizer: BPETokenizer, dictionary: Dictionary | None = None, common: Iterable[str] | None = None
) -> VerseWords:
    """Look up every token of a tokenizer: about 10,000 of SmolLM2's 49,152 are words for a line.

    Left out: what is not common, single letters but a, I and O, and short forms. dictionary, common: those of the
    course if none are given.

    >>> words = verse_words(smollm2_tokenizer())  # doctest: +SKIP
    >>> sum(map(bool, words.word)) > 8_000  # doctest: +SKIP
    True
    """
    dictionary = load_pronunciations() if dictionary is None else dictionary
    common = usual_words() if common is None else frozenset(common)
    size = tokenizer.vocab_size
    word, first, rhyme = [""] * size, np.zeros(size, bool), [frozenset()] * size
    after, groups = np.zeros((LENGTH, size), np.int16), {}
    for token in range(size):
        name = tokenizer.id_to_bytes(token)
        match = _INSIDE.fullmatch(name) or _FIRST.fullmatch(name)
        lower = match[1].decode().lower() if match else ""
        if lower not in dictionary or lower not in common or not _is_word(lower):
            continue
        word[token], first[token] = lower, match.re is _FIRST
        patterns = {stresses(phones) for phones in dictionary[lower]}
        for place in range(LENGTH):
            after[place, token] = as_bits(next_places({place}, patterns))
        rhyme[token] = frozenset(rhyme_part(phones) for phones in dictionary[lower])
        if not first[token] and len(lower) > 1 and lower not in _NO_END:
            for part in rhyme[token]:
                groups.setdefault(part, set()).add(token)
    frozen = {part: frozenset(tokens) for part, tokens in groups.items()}
    commas, marks, (line_break,) = (tuple(tokenizer.encode(sign)[0] for sign in signs) for signs in (",;", MARKS, "\n"))
    return VerseWords(np.array(word), first, after, tuple(rhyme), frozen, commas, marks, line_break)


def as_bits(places: Iterable[int]) -> int:
    """A set of places as bits of one number.

    >>> as_bits({1, 2}), as_bits(set())
    (6, 0)
    """
    return sum(1 << place for place in set(places))


def _is_word(word: str) -> bool:
    """Whether a lower-case entry looks like a word of a poem, and not like a letter or an abbreviation."""
    return word in _SHORT if len(word) <= 2 else re.search("[aeiouy]", word) is not None
