"""One token for each character: the smallest tokenizer, with the longest sequences."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from llmai_edu.tokenizers.json_file import read_json, write_json


class CharTokenizer:
    """One id for each character of an alphabet; ids follow the characters' order.

    alphabet: the characters, each once. Raises ValueError when one comes twice.

    >>> tokenizer = CharTokenizer.from_text("hello")
    >>> tokenizer.encode("hole"), tokenizer.decode([1, 0, 2, 2, 3])
    ([1, 3, 2, 0], 'hello')
    """

    KIND = "characters"

    def __init__(self, alphabet: Iterable[str]) -> None:
        self.alphabet = list(alphabet)
        self.ids = {character: i for i, character in enumerate(self.alphabet)}
        if len(self.ids) != len(self.alphabet) or any(len(character) != 1 for character in self.alphabet):
            raise ValueError("the alphabet must be single characters, each of them once; see CharTokenizer.from_text")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """A tokenizer for the characters that occur in `text`."""
        return cls(sorted(set(text)))

    @property
    def vocab_size(self) -> int:
        """The number of characters."""
        return len(self.alphabet)

    def __repr__(self) -> str:
        return f"CharTokenizer({self.vocab_size} characters)"

    def encode(self, text: str) -> list[int]:
        """Turn text into ids; raises ValueError at a character that is not in the alphabet."""
        try:
            return [self.ids[character] for character in text]
        except KeyError as error:
            raise ValueError(
                f"the character {error} is not in this alphabet of {self.vocab_size}; build it from a text that has "
                "it, or use a byte-level tokenizer, which knows every character"
            ) from None

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids into text; raises ValueError for an id outside the alphabet."""
        return "".join([self._character(i) for i in ids])

    def _character(self, i: int) -> str:
        if not 0 <= i < self.vocab_size:
            raise ValueError(f"id {i} is outside this alphabet of 0 … {self.vocab_size - 1}")
        return self.alphabet[i]

    def id_to_bytes(self, i: int) -> bytes:
        """The UTF-8 bytes of one character; raises ValueError for an id outside the alphabet."""
        return self._character(i).encode()

    def save(self, path: str | Path) -> None:
        """Write the alphabet as JSON; raises OSError where that is not possible, and leaves no half file."""
        write_json(path, self.KIND, {"alphabet": self.alphabet})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a tokenizer that `save` wrote; raises ValueError saying what is wrong with the file."""
        alphabet = read_json(path, cls.KIND, ("alphabet",))["alphabet"]
        if not isinstance(alphabet, list) or not all(isinstance(character, str) for character in alphabet):
            raise ValueError(f"{path} is damaged: its alphabet is no list of characters; save the tokenizer again")
        return cls(alphabet)
