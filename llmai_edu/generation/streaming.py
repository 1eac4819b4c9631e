"""Text as it comes: tokens turned into characters, and a chat with the model."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import torch

from llmai_edu.generation.decoder import Decoder
from llmai_edu.generation.sampling import generate


class Tokenizer(Protocol):
    """What streaming needs of a tokenizer."""

    def id_to_bytes(self, id: int) -> bytes: ...


class ChatTokenizer(Tokenizer, Protocol):
    """What a chat needs of a tokenizer."""

    eos_id: int

    def chat_ids(self, messages: Sequence[dict[str, str]]) -> list[int]: ...


def stream_text(tokenizer: Tokenizer, ids: Iterable[int]) -> Iterator[str]:
    """Turn tokens into text as they come, never showing half a character.

    A byte-level token may end in the middle of a UTF-8 character ("é" has two bytes, "🙂" four): those bytes
    wait for the rest. Bytes that never become a character show as "\N{REPLACEMENT CHARACTER}".

    >>> class Bytes:
    ...     def id_to_bytes(self, id): return bytes([id])
    >>> list(stream_text(Bytes(), "né!".encode()))        # four tokens, three characters
    ['n', 'é', '!']
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for id in ids:
        if piece := decoder.decode(tokenizer.id_to_bytes(id)):
            yield piece
    if rest := decoder.decode(b"", final=True):
        yield rest


def chat(
    model: Decoder,
    tokenizer: ChatTokenizer,
    messages: str | Sequence[dict[str, str]],
    *,
    max_new_tokens: int = 256,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[str]:
    """The model's answer, piece by piece, until it ends its turn or `max_new_tokens` are written.

    messages: a question, or the conversation so far as `{"role": "user", "content": "…"}`, roles system, user
    and assistant. They are written into the model's own chat template. Raises ValueError as `generate` does.

    >>> for piece in chat(model, tokenizer, "What is the capital of France?"):    # doctest: +SKIP
    ...     print(piece, end="", flush=True)
    The capital of France is Paris.
    """
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    ids = tokenizer.chat_ids(messages)
    settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "generator": generator}
    answer = generate(model, ids, max_new_tokens, stop_ids=[tokenizer.eos_id], **settings)
    return stream_text(tokenizer, answer)
