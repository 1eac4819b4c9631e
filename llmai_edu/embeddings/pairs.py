"""Which words are neighbours: as a list of pairs, and as blocks in which one matrix holds all pairs of a stretch.

Every position draws how far it looks, between 1 and the window, so near words are read more often than far ones
(Mikolov, Chen, Corrado and Dean 2013, "Efficient Estimation of Word Representations in Vector Space", §3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

__all__ = ["Blocks", "cut_blocks", "draw_radius", "skipgram_pairs"]


def draw_radius(n: int, window: int, rng: np.random.Generator) -> np.ndarray:
    """Return how far each of n positions looks: 1 to window, each as likely.

    >>> sorted(set(draw_radius(100, 3, np.random.default_rng(0)).tolist()))
    [1, 2, 3]
    """
    if window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    return rng.integers(1, window + 1, n)


def skipgram_pairs(ids: np.ndarray, doc: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the centre and the context of every pair, both (P,): one pass for each distance, none for each word.

    ids, doc, radius: (N,) the word at each position, its document, and how far it looks to either side.

    >>> centre, context = skipgram_pairs(np.array([7, 8, 9]), np.zeros(3), np.array([1, 1, 2]))
    >>> sorted(zip(centre.tolist(), context.tolist()))
    [(7, 8), (8, 7), (8, 9), (9, 7), (9, 8)]
    """
    centres, contexts = [], []
    for distance in range(1, int(radius.max(initial=0)) + 1):
        left, right = np.arange(len(ids) - distance), np.arange(distance, len(ids))
        together = doc[left] == doc[right]
        for centre, context in ((left, right), (right, left)):
            seen = together & (radius[centre] >= distance)
            centres.append(ids[centre[seen]])
            contexts.append(ids[context[seen]])
    return np.concatenate(centres or [ids[:0]]), np.concatenate(contexts or [ids[:0]])


@dataclass(frozen=True)
class Blocks:
    """A text cut into blocks of T positions, each with the S = T + 2 * window positions around it.

    centres: (n, T) and contexts: (n, S) word ids. centre_doc, context_doc: the documents, -1 beyond the ends.
    radius: (n, T), 0 beyond the end.
    """

    centres: torch.Tensor
    contexts: torch.Tensor
    centre_doc: torch.Tensor
    context_doc: torch.Tensor
    radius: torch.Tensor

    def __len__(self) -> int:
        return len(self.centres)

    def links(self, batch: slice) -> torch.Tensor:
        """Return (B, T, S): 1 where the centre looks at the context, 0 elsewhere: a band beside the diagonal."""
        t, s = self.centres.shape[1], self.contexts.shape[1]
        distance = (torch.arange(s) - (s - t) // 2 - torch.arange(t)[:, None]).abs()  # (T, S)
        near = (distance <= self.radius[batch, :, None]) & (distance > 0)
        together = self.centre_doc[batch, :, None] == self.context_doc[batch, None, :]
        return (near & together).float()


def cut_blocks(ids: np.ndarray, doc: np.ndarray, radius: np.ndarray, size: int, window: int) -> Blocks:
    """Cut a text into blocks of `size` positions; what the links of all blocks name are its skip-gram pairs.

    >>> blocks = cut_blocks(np.array([7, 8, 9]), np.zeros(3, int), np.array([1, 1, 2]), size=2, window=2)
    >>> blocks.contexts[0].tolist()  # two places, two words, and two words after them (0 where there is none)
    [0, 0, 7, 8, 9, 0]
    >>> blocks.links(slice(0, 1))[0].int().tolist()
    [[0, 0, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0]]
    """
    n = max(1, -(-len(ids) // size))
    fill = n * size - len(ids)
    around = (window, window + fill)
    ids = torch.from_numpy(np.pad(ids, around))
    doc = torch.from_numpy(np.pad(doc, around, constant_values=-1))
    radius = torch.from_numpy(np.pad(radius, (0, fill))).view(n, size)
    inner = slice(window, window + n * size)
    surround = [row.unfold(0, size + 2 * window, size) for row in (ids, doc)]  # overlapping views, no copies
    return Blocks(ids[inner].view(n, size), surround[0], doc[inner].view(n, size), surround[1], radius)
