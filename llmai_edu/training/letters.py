"""Tiny networks that read letters, alike in all but the task: BERT's, the same with one side covered, and GPT's.

Lesson 13 trains them for some steps; `benchmarks/record_letter_bert.py` trained them for long.
"""

import re
from collections.abc import Callable, Iterable

import numpy as np
import torch
import torch.nn.functional as F

from llmai_edu.models.bert import BertConfig, BertForMaskedLM
from llmai_edu.training.masking import mask_tokens, masked_lm_loss
from llmai_edu.training.trainer import cosine

__all__ = [
    "CONTEXT",
    "GAP",
    "MASK",
    "TASKS",
    "left_side",
    "letter_gaps",
    "letter_ids",
    "letter_task",
    "letter_windows",
    "name_gaps",
    "train_letters",
]

TASKS = ("both sides", "left side only", "next letter")
CONTEXT = 32  # letters in a window
MASK = 27  # 0 is the space, 1 to 26 are a to z
GAP = 16  # the place of a window that is hidden when a network is measured


def letter_ids(docs: Iterable[str]) -> torch.Tensor:
    """The ids of the letters of some texts: 0 for all that is no letter from a to z, however long, 1 to 26 for a to z.

    >>> letter_ids(["A cab, 2 b."]).tolist()
    [1, 0, 3, 1, 2, 0, 2, 0]
    """
    kept = re.sub("[^a-z]+", " ", " ".join(docs).lower()).encode()
    codes = np.frombuffer(kept, np.uint8).astype(np.int64)
    return torch.from_numpy(np.where(codes == 32, 0, codes - 96))


def letter_windows(ids: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    """Windows of CONTEXT letters from random places: (count, 32). Raises ValueError for a text that is too short."""
    if len(ids) <= CONTEXT:
        raise ValueError(f"a window has {CONTEXT} letters, the text only {len(ids)}: take a longer text")
    starts = torch.randint(len(ids) - CONTEXT, (count, 1), generator=generator)
    return ids[starts + torch.arange(CONTEXT)]


def letter_gaps(ids: torch.Tensor, count: int = 1000) -> torch.Tensor:
    """The windows at whose GAP networks are measured, the same at each call: (count, 32)."""
    return letter_windows(ids, count, torch.Generator().manual_seed(1000))


def left_side(count: int, length: int = CONTEXT) -> torch.Tensor:
    """A mask by which each letter sees itself and those before it: (count, length, length)."""
    return torch.ones(length, length, dtype=torch.bool).tril().expand(count, length, length)


def letter_task(
    task: str, batch: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """What the network reads, what it has to say, and whom each letter may see (None: all).

    batch: (B, 32). Returns the inputs and labels (B, T), and the mask (B, T, T). Raises ValueError for another task
    than those of TASKS.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}; got {task!r}")
    if task == "next letter":
        return batch[:, :-1], batch[:, 1:], left_side(len(batch), CONTEXT - 1)
    read, asked = mask_tokens(batch, torch.ones_like(batch).bool(), MASK, MASK, generator)
    return read, asked, None if task == "both sides" else left_side(len(batch))


def train_letters(
    task: str,
    ids: torch.Tensor,
    seed: int,
    steps: int,
    of: int | None = None,
    after: Callable[[int, BertForMaskedLM], None] | None = None,
) -> tuple[BertForMaskedLM, list[float]]:
    """Train a tiny BERT on one of the TASKS: the model in evaluation mode, and the loss of each step in nats.

    The first `steps` of a training that is planned for `of` steps (as many, if None). after: called with the number of
    steps done and the model.
    """
    generator = torch.Generator().manual_seed(seed)
    sizes = {"max_position_embeddings": CONTEXT, "type_vocab_size": 1, "initializer_range": 0.1}
    model = BertForMaskedLM(BertConfig(28, 64, 2, 4, 256, **sizes), generator=generator)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.004, fused=True)
    losses = []
    for step in range(steps):
        read, asked, sides = letter_task(task, letter_windows(ids, 64, generator), generator)
        loss = masked_lm_loss(model, read, asked, sides)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.param_groups[0]["lr"] = 0.004 * cosine(step / (of or steps), warmup=0.05)
        optimizer.step()
        losses.append(loss.item())
        if after:
            after(step + 1, model)
    return model.eval(), losses


@torch.no_grad()
def name_gaps(model: BertForMaskedLM, task: str, windows: torch.Tensor) -> torch.Tensor:
    """Log-probabilities of the 27 letters for the one at place GAP of each window, which the model does not see.

    windows: (N, 32). Returns (N, 27). A network of the next letter reads what stands before the gap.
    """
    if task == "next letter":
        before = windows[:, :GAP]
        logits = model(before, left_side(len(before), GAP))[:, -1]
    else:
        hidden = windows.clone()
        hidden[:, GAP] = MASK
        at = torch.zeros_like(hidden, dtype=torch.bool)
        at[:, GAP] = True
        logits = model(hidden, None if task == "both sides" else left_side(len(hidden)), at=at)
    return F.log_softmax(logits[:, :MASK], dim=1)
