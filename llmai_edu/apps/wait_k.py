"""Translating while the text still arrives: when to read a word and when to write one, and what the waiting costs.

Wait-k reads k words first, and then writes one word for each that it reads (Ma et al. 2019, "STACL: Simultaneous
Translation with Implicit Anticipation and Controllable Latency"). What is written stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from llmai_edu.apps.slots import fill_slots, restore
from llmai_edu.apps.translation_codec import TranslationCodec
from llmai_edu.models.t5 import T5

__all__ = ["Streamed", "average_lagging", "may_write", "wait_k_translate"]


def may_write(written: int, heard: int, k: float, *, complete: bool) -> bool:
    """Whether wait-k may write one more word, having written and heard so many.

    >>> [may_write(written, 3, 3, complete=False) for written in (0, 1)]
    [True, False]
    >>> may_write(1, 3, 3, complete=True)
    True
    """
    return complete or heard >= k + written


def average_lagging(reads: Sequence[int], n_source: int) -> float:
    """How many source words the writer is behind somebody who writes in step with the source, on average.

    reads: (T,) for each written word, how many source words had been heard. n_source: S. Writing in step means that
    word t is due when (t - 1) S / T words were heard. The mean goes up to the first word that was written after all
    was heard, since nothing is waited for later. Raises ValueError when nothing was written. Ma et al. 2019, eq. 8.

    >>> average_lagging([3, 4, 5, 5, 5], 5), average_lagging([5, 5, 5, 5, 5], 5)
    (3.0, 5.0)
    """
    if not len(reads) or n_source < 1:
        raise ValueError(f"nothing was written or there is no source: {len(reads)} and {n_source} words")
    last = next((t for t, read in enumerate(reads) if read >= n_source), len(reads) - 1)
    ratio = n_source / len(reads)
    return sum(reads[t] - t * ratio for t in range(last + 1)) / (last + 1)


@dataclass
class Streamed:
    """One text on its way: its words, its placeholders, how many words were heard, and the ids written so far.

    reads: for each written word, how many source words had been heard.
    """

    words: list[str]
    values: tuple[str, ...]
    heard: int
    ids: list[int] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    done: bool = False

    @property
    def complete(self) -> bool:
        """Whether the whole source was heard."""
        return self.heard >= len(self.words)

    def text(self, codec: TranslationCodec) -> str:
        """What was written so far, placeholders put back."""
        return restore(codec.text(self.ids), self.values)

    @property
    def lagging(self) -> float:
        """Its average lagging in words."""
        return average_lagging(self.reads, len(self.words)) if self.reads else float(len(self.words))


def begin(text: str, k: float) -> Streamed:
    """A text of which k words, or all if there are fewer, have been heard. Raises ValueError for k below 1."""
    if k < 1:
        raise ValueError(f"k counts the words to wait for, at least 1, got {k}")
    slotted = fill_slots(text)
    words = slotted.text.split()
    return Streamed(words, slotted.values, int(min(k, len(words))))


@torch.no_grad()
def wait_k_translate(
    model: T5, codec: TranslationCodec, texts: Sequence[str], language: str, k: float, *, longest: int = 100
) -> list[Streamed]:
    """Translate texts word by word with wait-k, greedily, all together; k may be `math.inf`.

    At each step the encoder reads anew what has been heard of each text. A model that wants to end before all was heard
    waits for another word.

    >>> done = wait_k_translate(model, codec, ["Turn off the light"], "fr", 3)  # doctest: +SKIP
    """
    streams = [begin(text, k) for text in texts]
    while active := [stream for stream in streams if not stream.done]:
        for stream, token in zip(active, next_tokens(model, codec, active, language)):
            advance(stream, token, codec, k, longest)
    return streams


def next_tokens(model: T5, codec: TranslationCodec, streams: Sequence[Streamed], language: str) -> list[int]:
    """The likeliest next token of each text, from what has been heard and written; slots only as often as heard.

    A text that wants to end, with all heard, writes first the slots that it still owes.
    """
    heard = [
        codec.source_ids(" ".join(stream.words[: stream.heard]), language, complete=stream.complete)
        for stream in streams
    ]
    written = [[codec.pad, *stream.ids] for stream in streams]
    ids, mask = codec.batch(heard)
    decoder_ids, _ = codec.batch(written)
    logits = model(ids, decoder_ids, attention_mask=mask)  # (B, T, V)
    last = torch.tensor([len(row) - 1 for row in written])
    logits = logits[torch.arange(len(last)), last]
    allowed = codec.allowed([stream.words[: stream.heard] for stream in streams])
    for row, may, stream in zip(logits, allowed, streams):
        owed = codec.slots_owed(" ".join(stream.words[: stream.heard]), stream.ids)
        may[[slot for slot in codec.slot_ids if slot not in owed]] = False
        if owed and stream.complete and row.masked_fill(~may, -torch.inf).argmax() == codec.end:
            may[:] = False
            may[owed] = True
    return logits.masked_fill(~allowed, -torch.inf).argmax(-1).tolist()


def advance(stream: Streamed, token: int, codec: TranslationCodec, k: float, longest: int) -> None:
    """Write the token, or hear one more word if wait-k does not allow it yet."""
    if token == codec.end:
        stream.done = stream.complete
        stream.heard += not stream.complete
        return
    new_word = not stream.ids or codec.starts_word(token)
    if new_word and not may_write(len(stream.reads), stream.heard, k, complete=stream.complete):
        stream.heard += 1
        return
    stream.ids.append(token)
    if new_word:
        stream.reads.append(stream.heard)
    stream.done = len(stream.ids) >= longest
