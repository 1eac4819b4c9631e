"""Instruction tuning: conversations as token ids, of which only the answer is learned.

The question is read and not learned: a model that is to answer need not learn to ask.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from llmai_edu.generation.streaming import ChatTokenizer

__all__ = ["Example", "answer_loss", "chat_example", "pad_examples"]


class Example(NamedTuple):
    """A conversation as ids, and for each id whether it counts in the loss."""

    ids: list[int]
    counted: list[int]


def chat_example(tokenizer: ChatTokenizer, messages: Sequence[dict[str, str]], end: int) -> Example:
    """A conversation that ends with an answer: its ids, with 1 at the tokens of the answer and at the one that ends it.

    The beginning is encoded as for generation, so that the model learns to go on from exactly what it will be given.
    messages: {"role": ..., "content": ...}; the last one by the assistant. end: the id that ends a turn. Raises
    ValueError when the last message is no answer, or an empty one.

    >>> class Bytes:
    ...     def encode(self, text): return list(text.encode())
    ...     def chat_ids(self, messages): return [0]
    >>> talk = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]
    >>> chat_example(Bytes(), talk, end=1)
    Example(ids=[0, 33, 1], counted=[0, 1, 1])
    """
    if not messages or messages[-1]["role"] != "assistant" or not messages[-1]["content"].strip():
        raise ValueError("the last message must be an answer of the assistant, and not an empty one")
    prompt = tokenizer.chat_ids(list(messages[:-1]))
    answer = [*tokenizer.encode(messages[-1]["content"]), end]
    return Example([*prompt, *answer], [0] * len(prompt) + [1] * len(answer))


def pad_examples(examples: Sequence[Example], pad_id: int, longest: int | None = None) -> tuple[torch.Tensor, ...]:
    """Rows of equal length: inputs, targets, and 1 where a target counts, (B, T) each; filled up on the right.

    With a causal model no token sees what stands to its right, so padding there needs no mask. longest: what is
    longer is cut off at the right. Raises ValueError when a row is left without a token that counts.

    >>> inputs, targets, counted = pad_examples([Example([5, 6, 7], [0, 1, 1]), Example([8, 9], [0, 1])], pad_id=0)
    >>> inputs.tolist(), targets.tolist(), counted.tolist()
    ([[5, 6], [8, 9]], [[6, 7], [9, 0]], [[1, 1], [1, 0]])
    """
    cut = [Example(one.ids[:longest], one.counted[:longest]) for one in examples]
    if empty := [place for place, one in enumerate(cut) if not any(one.counted[1:])]:
        raise ValueError(f"example {empty[0]} has no token that counts: its question alone fills the row")
    width = max(len(one.ids) for one in cut)
    ids = torch.tensor([one.ids + [pad_id] * (width - len(one.ids)) for one in cut])
    counted = torch.tensor([one.counted + [0] * (width - len(one.counted)) for one in cut])
    return ids[:, :-1], ids[:, 1:], counted[:, 1:]


def answer_loss(model: nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """Cross-entropy in nats over the tokens that count: model(ids) -> (B, T, V), batch as from `pad_examples`.

    The mean is over all counted tokens of the batch, so that a long answer weighs more than a short one.
    """
    inputs, targets, counted = batch
    chosen = counted.bool()
    return F.cross_entropy(model(inputs)[chosen], targets[chosen])
