"""Fill in the middle: a model that writes from left to right learns to see both sides of a hole.

A text is cut into prefix, middle and suffix, and the middle is moved to the end. Nothing else changes: not the model,
not the loss (Bavarian et al. 2022, "Efficient Training of Language Models to Fill in the Middle").
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.tokenizers import BPETokenizer

__all__ = ["END", "SPECIAL", "FimBatches", "Hole", "cut_line", "cut_middle", "fim_loss", "fim_prompt", "fim_row", "fit"]

PREFIX, SUFFIX, MIDDLE, END = SPECIAL = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<|endoftext|>")
IGNORED = -100  # a target that counts for nothing: padding


class Hole(NamedTuple):
    """A text in three parts; joined they are the text."""

    prefix: str
    middle: str
    suffix: str


def cut_middle(text: str, rng: np.random.Generator) -> Hole:
    """Cut a text at two random places, between any two characters.

    >>> "".join(cut_middle("a = b + c", np.random.default_rng(0)))
    'a = b + c'
    """
    first, last = sorted(rng.integers(0, len(text) + 1, 2).tolist())
    return Hole(text[:first], text[first:last], text[last:])


def cut_line(text: str, rng: np.random.Generator) -> Hole:
    """Cut out one line that is not blank, without its indentation and its line end.

    Raises ValueError for a text without such a line.

    >>> cut_line("if a:\\n    b()\\n", np.random.default_rng(3)).middle
    'b()'
    """
    lines = text.split("\n")
    if not (full := [place for place, line in enumerate(lines) if line.strip()]):
        raise ValueError("the text has no line that could be cut out: all are blank")
    place = int(rng.choice(full))
    start = sum(len(line) + 1 for line in lines[:place]) + len(lines[place]) - len(lines[place].lstrip())
    stop = start + len(lines[place].strip())
    return Hole(text[:start], text[start:stop], text[stop:])


def fit(prefix: Sequence[int], suffix: Sequence[int], room: int) -> tuple[list[int], list[int]]:
    """Shorten both sides of a hole to `room` tokens together, keeping what is nearest to the hole.

    Each has a right to half of the room; what one does not need, the other gets.

    >>> fit([1, 2, 3, 4], [5, 6, 7, 8], 4), fit([1], [5, 6, 7, 8], 4)
    (([3, 4], [5, 6]), ([1], [5, 6, 7]))
    """
    room = max(room, 0)
    before = min(len(prefix), max(room // 2, room - len(suffix)))
    return list(prefix[len(prefix) - before :]), list(suffix[: room - before])


def fim_prompt(tokenizer: BPETokenizer, prefix: str, suffix: str, room: int) -> list[int]:
    """What a model reads before it writes the middle: PREFIX prefix SUFFIX suffix MIDDLE, at most `room` tokens."""
    marks = [tokenizer.special_tokens[name] for name in (PREFIX, SUFFIX, MIDDLE)]
    before, after = fit(tokenizer.encode(prefix), tokenizer.encode(suffix), room - len(marks))
    return [marks[0], *before, marks[1], *after, marks[2]]


def fim_row(tokenizer: BPETokenizer, hole: Hole, width: int) -> list[int]:
    """A row of training: the prompt, the middle, and END; the sides are shortened to fit into `width` tokens."""
    middle = [*tokenizer.encode(hole.middle), tokenizer.special_tokens[END]]
    return [*fim_prompt(tokenizer, hole.prefix, hole.suffix, width - len(middle)), *middle][:width]


class FimBatches(Iterator):
    """Batches of windows at random places of some texts, a share of them with a hole, the others as they are.

    Half of the holes are whole lines, half lie anywhere. texts: such as modules; long ones are drawn more often. steps:
    T, the tokens of a row; shorter rows are filled up with targets that do not count. share: of windows with a hole.
    Returns ids and targets, (B, T). Raises ValueError for no text or a share outside [0, 1].
    """

    def __init__(
        self,
        texts: Sequence[str],
        tokenizer: BPETokenizer,
        batch_size: int,
        steps: int,
        *,
        share: float,
        rng: np.random.Generator,
    ) -> None:
        if not any(text.strip() for text in texts) or not 0 <= share <= 1:
            raise ValueError(f"need texts and a share of holes from 0 to 1, got {len(texts)} texts and {share}")
        self.texts, self.tokenizer, self.rng = [text for text in texts if text.strip()], tokenizer, rng
        self.batch_size, self.steps, self.share = batch_size, steps, share
        self.chances = np.array([len(text) for text in self.texts], float)
        self.chances /= self.chances.sum()

    def window(self) -> str:
        """A piece of a text from the beginning of a line: 3 to 4 characters for each token of a row, some less."""
        text = self.texts[self.rng.choice(len(self.texts), p=self.chances)]
        size = int(self.steps * self.rng.choice([1.5, 3.0, 4.0], p=[0.15, 0.35, 0.5]))
        start = text.rfind("\n", 0, int(self.rng.integers(0, max(len(text) - size, 1)))) + 1
        return text[start : start + size]

    def row(self) -> list[int]:
        """The tokens of one window, at most steps + 1."""
        text = self.window()
        if self.rng.random() >= self.share or not text.strip():
            return self.tokenizer.encode(text)[: self.steps + 1]
        cut = cut_line if self.rng.random() < 0.5 else cut_middle
        return fim_row(self.tokenizer, cut(text, self.rng), self.steps + 1)

    def __next__(self) -> tuple[torch.Tensor, torch.Tensor]:
        end = self.tokenizer.special_tokens[END]
        ids = torch.full((self.batch_size, self.steps), end)
        targets = torch.full((self.batch_size, self.steps), IGNORED)
        for place in range(self.batch_size):
            row = torch.tensor(self.row())
            ids[place, : len(row) - 1], targets[place, : len(row) - 1] = row[:-1], row[1:]
        return ids, targets


def fim_loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of the next token over prefix, suffix and middle alike, in nats; filling counts for nothing.

    batch: ids and targets, (B, T) both, from `FimBatches`. On a CPU the products are computed in bfloat16.
    """
    ids, targets = batch
    with torch.autocast(ids.device.type, torch.bfloat16):
        logits = model(ids).flatten(0, 1)  # (B·T, V)
    return F.cross_entropy(logits.float(), targets.flatten(), ignore_index=IGNORED)
