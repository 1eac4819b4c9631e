"""How a text becomes the ids that the translator reads, and the ids that it writes become a text."""

from collections.abc import Iterable, Sequence

import torch

from llmai_edu.apps.slots import SLOTS
from llmai_edu.tokenizers.bpe import BPETokenizer
from llmai_edu.tokenizers.bpe_train import train_bpe

__all__ = ["CONTROLS", "TranslationCodec", "train_codec"]

#: The padding, the end of a text, the languages, and the mark of a name of an emoji, before the slots.
CONTROLS = ("<pad>", "<end>", "<fr>", "<zh>", "<emoji>")


def train_codec(texts: Iterable[str], vocab_size: int) -> "TranslationCodec":
    """Learn one byte-pair encoding for all languages together; slots and controls are single tokens.

    >>> codec = train_codec(["{0} on", "<p0> on"], 275)
    >>> codec.target_ids("<p0>") == [codec.slot_ids[0], codec.end]
    True
    """
    return TranslationCodec(train_bpe(texts, vocab_size, special_tokens=(*CONTROLS, *SLOTS)))


class TranslationCodec:
    """A tokenizer with the controls of the translator.

    No text can write a control: only slots, which stand for placeholders, are read in a text, and `fill_slots` puts a
    slot in the place of anything that looks like one.
    """

    def __init__(self, tokenizer: BPETokenizer) -> None:
        self.tokenizer = tokenizer
        special = tokenizer.special_tokens
        self.pad, self.end = special["<pad>"], special["<end>"]
        self.controls = frozenset(special[name] for name in CONTROLS)
        self.slot_ids = tuple(special[name] for name in SLOTS)

    def source_ids(self, text: str, language: str, *, kind: str = "home", complete: bool = True) -> list[int]:
        """What the encoder reads: the wanted language, the text, and the end if the text is complete.

        The same words without the end are a beginning, of which more may come. kind: "emoji" adds the mark of a name.
        Raises KeyError for an unknown language.
        """
        special = self.tokenizer.special_tokens
        marks = [special[f"<{language}>"], *([special["<emoji>"]] if kind == "emoji" else [])]
        return [*marks, *self._encode(text), *([self.end] if complete else [])]

    def target_ids(self, text: str, *, complete: bool = True) -> list[int]:
        """What the decoder shall write: the text and the end."""
        return [*self._encode(text), *([self.end] if complete else [])]

    def text(self, ids: Sequence[int]) -> str:
        """The text of written ids; controls are left out, and bytes that are no character yet too."""
        kept = [token for token in ids if token not in self.controls]
        return self.tokenizer.decode_bytes(kept).decode("utf-8", errors="ignore")

    def starts_word(self, token: int) -> bool:
        """Whether a written token begins a new word: with a space, as in French, or with a Chinese character.

        Inside a word of letters, a token goes on. The end of the text counts as a beginning: it ends the word before.
        """
        first = self.tokenizer.tokens[token][:1]
        return token in self.controls or token in self.slot_ids or first == b" " or first >= b"\xe3"

    def batch(self, rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows of ids, padded on the right, and their mask, 1 at tokens: both (B, S)."""
        longest = max(map(len, rows))
        ids = torch.tensor([[*row, *[self.pad] * (longest - len(row))] for row in rows])
        return ids, (torch.arange(longest) < torch.tensor([[len(row)] for row in rows])).int()

    def allowed(self, texts: Sequence[str | Sequence[str]]) -> torch.Tensor:
        """(B, V) of bool: all tokens but the controls other than the end, and the slots that a text does not have."""
        may = torch.ones(len(texts), self.tokenizer.vocab_size, dtype=torch.bool)
        may[:, sorted(self.controls - {self.end})] = False
        for row, text in zip(may, texts):
            whole = text if isinstance(text, str) else " ".join(text)
            row[[number for slot, number in zip(SLOTS, self.slot_ids) if slot not in whole]] = False
        return may

    def exactly(self, texts: Sequence[str]) -> torch.Tensor:
        """(B, V) of int: each slot as often as in the text, and -1, as often as it likes, for all other tokens."""
        times = torch.full((len(texts), self.tokenizer.vocab_size), -1, dtype=torch.int16)
        for row, text in zip(times, texts):
            row[list(self.slot_ids)] = torch.tensor([text.count(slot) for slot in SLOTS], dtype=torch.int16)
        return times

    def slots_owed(self, text: str, written: Sequence[int]) -> list[int]:
        """The slots of a text that are not yet written as often as there.

        >>> codec = train_codec(["{0} on", "<p0> on"], 275)
        >>> codec.slots_owed("<p0> on <p1>", codec.target_ids("<p1>")) == [codec.slot_ids[0]]
        True
        """
        written = list(written)
        return [number for slot, number in zip(SLOTS, self.slot_ids) if text.count(slot) > written.count(number)]

    def _encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, allowed_special=set(SLOTS))
