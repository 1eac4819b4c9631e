"""A neural language model on the ladder: bits per byte, document by document, with its state carried along.

Not re-exported by the room: counting models are measured without waiting for torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.evaluation.bits import bits_per_byte, nats_to_bits
from llmai_edu.evaluation.bootstrap import bootstrap_interval, paragraph_of_byte
from llmai_edu.models.state import State, first_rows

__all__ = ["Score", "Tokenizer", "score_documents", "token_nats"]


class Tokenizer(Protocol):
    """What is needed of a tokenizer: ids of a text, and the bytes of an id."""

    vocab_size: int

    def encode(self, text: str) -> list[int]: ...

    def id_to_bytes(self, token: int) -> bytes: ...


@dataclass(frozen=True)
class Score:
    """Bits that a model needed, and bytes, for each paragraph of all documents: both (P,)."""

    bits: np.ndarray
    sizes: np.ndarray

    @property
    def bits_per_byte(self) -> float:
        """Bits over bytes of the whole text."""
        return bits_per_byte(self.bits.sum() * np.log(2), int(self.sizes.sum()))

    def interval(self, rng: np.random.Generator) -> tuple[float, float]:
        """The 95 % bootstrap interval over paragraphs."""
        return bootstrap_interval(self.bits, self.sizes, rng=rng)


@torch.inference_mode()
def token_nats(model: nn.Module, docs: Sequence[Sequence[int]], *, start: int, chunk: int = 128) -> list[np.ndarray]:
    """Return -ln p of every token of every document, given all before it in its document.

    The documents are read side by side, `chunk` tokens at a time, each from its own start; the state goes on from
    chunk to chunk, so the result is that of reading each in one piece.

    model: (ids, state) -> (logits (B, T, V), state), in evaluation mode. docs: token ids. start: the id that stands
    before a document; it is not scored. Returns an array of float64 for each document, in its order.
    Raises ValueError for a model in training mode, whose dropout would blur the result.
    """
    if model.training:
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
    device = next(model.parameters()).device
    order = sorted(range(len(docs)), key=lambda d: -len(docs[d]))  # longest first: those that end are at the end
    lengths = np.array([len(docs[d]) for d in order], dtype=np.int64)
    longest = int(lengths.max(initial=0))
    ids = torch.full((len(docs), longest + 1), start, device=device)
    for row, d in enumerate(order):
        ids[row, 1 : 1 + len(docs[d])] = torch.as_tensor(docs[d], device=device)
    nats, state = np.zeros((len(docs), longest)), None
    for begin in range(0, longest, chunk):
        rows, end = int((lengths > begin).sum()), min(begin + chunk, longest)
        piece = _piece_nats(model, ids[:rows, begin : end + 1], first_rows(state, rows))
        nats[:rows, begin:end], state = piece
    found = {d: nats[row, : lengths[row]] for row, d in enumerate(order)}
    return [found[d] for d in range(len(docs))]


def _piece_nats(model: nn.Module, ids: torch.Tensor, state: State) -> tuple[np.ndarray, State]:
    """Read ids (B, T + 1); return -ln p of the last T of each row, and the state before the very last."""
    logits, state = model(ids[:, :-1], state)  # (B, T, V)
    nats = F.cross_entropy(logits.float().transpose(1, 2), ids[:, 1:], reduction="none")
    return nats.double().cpu().numpy(), state


def score_documents(
    model: nn.Module, tokenizer: Tokenizer, docs: Sequence[str], *, start: int, chunk: int = 128
) -> Score:
    """Return the bits that a model needs for each paragraph of some documents.

    A token counts for the paragraph in which its first byte lies. The model sees one tokenization of the text, so
    the figure is an upper bound, as for every model over tokens. start, chunk: as in `token_nats`.
    Raises ValueError when the tokens' bytes are not the documents'.
    """
    encoded = [tokenizer.encode(doc) for doc in docs]
    sizes_of_ids = np.array([len(tokenizer.id_to_bytes(i)) for i in range(tokenizer.vocab_size)])
    bits, sizes = [], []
    for doc, ids, nats in zip(docs, encoded, token_nats(model, encoded, start=start, chunk=chunk)):
        paragraph, lengths = paragraph_of_byte(doc.encode()), sizes_of_ids[ids]
        if lengths.sum() != len(paragraph):
            raise ValueError(f"the tokens have {lengths.sum()} bytes, the document {len(paragraph)}: is it cleaned?")
        first_byte = np.cumsum(lengths) - lengths
        bits.append(np.bincount(paragraph[first_byte], nats_to_bits(nats), paragraph[-1] + 1))
        sizes.append(np.bincount(paragraph))
    return Score(np.concatenate(bits), np.concatenate(sizes))
