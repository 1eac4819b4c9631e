"""Several short conversations in one row, so that little is padding, and none of them sees another.

Two things keep them apart: a mask that hides the other samples of the row, and positions that begin again at 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F

from llmai_edu.finetuning.blocks import run_blocks
from llmai_edu.finetuning.instruct import Example
from llmai_edu.models.llama import Llama

__all__ = ["Packed", "first_fit", "pack_examples", "packed_logits", "packed_loss", "same_sample"]


class Packed(NamedTuple):
    """Rows of samples, (R, T) each: inputs, targets, 1 where a target counts, places, and which sample it is.

    A place is counted from the beginning of its own sample. samples: numbered in each row from 0; -1 is padding.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    counted: torch.Tensor
    positions: torch.Tensor
    samples: torch.Tensor


def first_fit(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Which samples go into which row: the longest first, each into the first row that has room for it.

    Returns the numbers of the samples, row by row. Raises ValueError for a sample that is longer than a row.
    First-fit decreasing; it needs at most 11/9 of the fewest rows, and a part of one (Johnson 1973).

    >>> first_fit([3, 7, 5, 2], room=8)
    [[1], [2, 0], [3]]
    """
    if too_long := [length for length in lengths if length > room]:
        raise ValueError(f"a sample of {too_long[0]} tokens does not fit into a row of {room}")
    rows: list[list[int]] = []
    left: list[int] = []
    for sample in sorted(range(len(lengths)), key=lambda one: -lengths[one]):
        place = next((row for row, free in enumerate(left) if free >= lengths[sample]), len(rows))
        if place == len(rows):
            rows.append([])
            left.append(room)
        rows[place].append(sample)
        left[place] -= lengths[sample]
    return rows


def pack_examples(examples: Sequence[Example], room: int, pad_id: int) -> Packed:
    """Lay the samples into rows of `room` places by `first_fit`.

    Each sample is cut into inputs and targets first: no target is a token of the next sample. Raises ValueError for
    one that is too long, or that has no token that counts.

    >>> packed = pack_examples([Example([5, 6, 7], [0, 1, 1]), Example([8, 9], [0, 1])], room=4, pad_id=0)
    >>> packed.inputs.tolist(), packed.targets.tolist(), packed.positions.tolist(), packed.samples.tolist()
    ([[5, 6, 8, 0]], [[6, 7, 9, 0]], [[0, 1, 0, 0]], [[0, 0, 1, -1]])
    """
    if empty := [place for place, one in enumerate(examples) if not any(one.counted[1:])]:
        raise ValueError(f"example {empty[0]} has no token that counts")
    plan = first_fit([len(one.ids) - 1 for one in examples], room)
    filler = (pad_id, pad_id, 0, 0, -1)
    table = torch.tensor(filler).repeat(len(plan), room, 1)  # (R, T, 5)
    for row, samples in enumerate(plan):
        begin = 0
        for number, sample in enumerate(samples):
            ids, counted = examples[sample]
            length = len(ids) - 1
            columns = (ids[:-1], ids[1:], counted[1:], range(length), [number] * length)
            table[row, begin : begin + length] = torch.tensor([list(column) for column in columns]).T
            begin += length
    return Packed(*table.unbind(-1))


def same_sample(samples: torch.Tensor) -> torch.Tensor:
    """True where query and key belong to one sample; with causality, what a packed token may see.

    samples: (R, T). Returns (R, 1, T, T) of bool.

    >>> same_sample(torch.tensor([[0, 0, 1]])).int().tolist()
    [[[[1, 1, 0], [1, 1, 0], [0, 0, 1]]]]
    """
    return (samples[:, :, None] == samples[:, None, :])[:, None]


def packed_logits(model: Llama, packed: Packed) -> torch.Tensor:
    """Logits (R, T, V) of packed rows: for each sample those that the model gives it alone."""
    states = model.embed(packed.inputs)  # (R, T, C)
    mask = same_sample(packed.samples)
    states = run_blocks(model, states, positions=packed.positions, mask=mask)
    return model.lm_head(model.norm(states))


def packed_loss(model: Llama, packed: Packed) -> torch.Tensor:
    """`answer_loss` of packed rows: cross-entropy in nats over the tokens that count."""
    chosen = packed.counted.bool()
    return F.cross_entropy(packed_logits(model, packed)[chosen], packed.targets[chosen])
