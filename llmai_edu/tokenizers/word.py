"""One token for each frequent word, and one for all others: what came before subwords, and why it was left."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Self

import regex

from llmai_edu.tokenizers.json_file import read_json, write_json

UNKNOWN = "<unk>"
WORD_OR_SIGN = regex.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def words_and_signs(text: str) -> list[str]:
    """Cut text into words and punctuation; white space is lost.

    >>> words_and_signs("Don't stop, Sir.")
    ["Don't", 'stop', ',', 'Sir', '.']
    """
    return WORD_OR_SIGN.findall(text)


class WordTokenizer:
    """One id for each word of a vocabulary; every other word becomes <unk>, id 0.

    vocabulary: the words, each once, without <unk>. Raises ValueError when one comes twice. Not reversible: decoding
    joins the words with single spaces, and what was unknown stays so.

    >>> tokenizer = WordTokenizer(["the", "people", "."])
    >>> tokenizer.encode("the wise people."), tokenizer.decode([1, 0, 2, 3])
    ([1, 0, 2, 3], 'the <unk> people .')
    """

    KIND = "words"

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self.words = [UNKNOWN, *vocabulary]
        self.ids = {word: i for i, word in enumerate(self.words)}
        if len(self.ids) != len(self.words):
            raise ValueError("every word of the vocabulary must come once, and <unk> not at all")

    @classmethod
    def from_text(cls, texts: str | Iterable[str], *, vocab_size: int | None = None, min_count: int = 1) -> Self:
        """A tokenizer for the most frequent words, ties in alphabetical order.

        vocab_size: at most so many ids, <unk> included. min_count: words that are rarer become <unk>.
        """
        if vocab_size is not None and vocab_size < 1:
            raise ValueError(f"vocab_size must be at least 1, for {UNKNOWN}; got {vocab_size}")
        texts = [texts] if isinstance(texts, str) else texts
        counts = Counter(chain.from_iterable(map(words_and_signs, texts)))
        frequent = sorted((-count, word) for word, count in counts.items() if count >= min_count)
        return cls([word for _, word in frequent][: None if vocab_size is None else vocab_size - 1])

    @property
    def vocab_size(self) -> int:
        """The number of words, <unk> included."""
        return len(self.words)

    def __repr__(self) -> str:
        return f"WordTokenizer({self.vocab_size} words)"

    def encode(self, text: str) -> list[int]:
        """Turn text into ids, one a word or sign."""
        return [self.ids.get(word, 0) for word in words_and_signs(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """Join the words of `ids` with spaces; raises ValueError for an id outside the vocabulary."""
        return " ".join([self._word(i) for i in ids])

    def _word(self, i: int) -> str:
        if not 0 <= i < self.vocab_size:
            raise ValueError(f"id {i} is outside this vocabulary of 0 … {self.vocab_size - 1}")
        return self.words[i]

    def id_to_bytes(self, i: int) -> bytes:
        """The UTF-8 bytes of one word; raises ValueError for an id outside the vocabulary."""
        return self._word(i).encode()

    def save(self, path: str | Path) -> None:
        """Write the vocabulary as JSON; raises OSError where that is not possible, and leaves no half file."""
        write_json(path, self.KIND, {"words": self.words[1:]})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a tokenizer that `save` wrote; raises ValueError saying what is wrong with the file."""
        words = read_json(path, cls.KIND, ("words",))["words"]
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError(f"{path} is damaged: its words are no list of texts; save the tokenizer again")
        return cls(words)
