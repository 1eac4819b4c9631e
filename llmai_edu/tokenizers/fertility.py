"""How many tokens a text costs: the same sentence is cheap in one language and dear in another.

Rust et al. 2021, "How Good is Your Tokenizer?", call tokens per word *fertility*; Petrov et al. 2023, "Language Model
Tokenizers Introduce Unfairness Between Languages", count what it means for users.
"""

from dataclasses import dataclass
from typing import Protocol


class Encoder(Protocol):
    """Anything that turns text into ids."""

    def encode(self, text: str) -> list[int]:
        """Turn text into ids."""


@dataclass(frozen=True)
class Fertility:
    """The length of one text in four units, and their ratios.

    A word is what stands between white space: for scripts without spaces look at characters instead.
    """

    tokens: int
    words: int
    characters: int
    bytes: int

    @property
    def tokens_per_word(self) -> float:
        """Fertility in the strict sense; 1 means that no word was cut."""
        return self.tokens / self.words

    @property
    def tokens_per_character(self) -> float:
        """Comparable for all scripts; below 1 when tokens span several characters."""
        return self.tokens / self.characters

    @property
    def bytes_per_token(self) -> float:
        """Compression: how much text a model's window of tokens holds."""
        return self.bytes / self.tokens


def fertility(tokenizer: Encoder, text: str) -> Fertility:
    """Count what `text` costs in the tokens of `tokenizer`. Raises ValueError when the text holds no word.

    >>> from llmai_edu.tokenizers import CharTokenizer
    >>> fertility(CharTokenizer("a b"), "a b").tokens_per_word
    1.5
    """
    words = len(text.split())
    if words == 0:
        raise ValueError("the text is empty or white space; there is nothing to count")
    return Fertility(len(tokenizer.encode(text)), words, len(text), len(text.encode()))
