"""Negative sampling: telling a word's real neighbours from words drawn at random, and the gradient of doing so.

One logistic regression with two tables of weights. A centre word reads its row of `inputs`, every candidate neighbour
its row of `outputs`; the sigmoid of their dot product is the chance that the two stood together. True neighbours are
labelled 1, drawn words 0 (Mikolov, Sutskever, Chen, Corrado and Dean 2013, "Distributed Representations of Words and
Phrases and their Compositionality"; the gradients: Goldberg and Levy 2014, "word2vec Explained").

The speed comes from working on blocks of text. All words of a block are compared with all words around it in one
matrix product, and a mask keeps the pairs that count; the block's words share their negatives, each weighted so that
the expected gradient is that of `negatives` draws for each pair (the sharing: Ji, Satish, Li and Dubey 2016,
"Parallelizing Word2Vec in Shared and Distributed Memory").
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

__all__ = ["cbow_step", "logistic_gradients", "logistic_loss", "skipgram_step"]


def logistic_loss(
    inputs: torch.Tensor, outputs: torch.Tensor, label: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Return the weighted sum of -log sigmoid(score) where the label is 1 and -log sigmoid(-score) where it is 0.

    inputs: (B, T, C). outputs: (B, S, C). label, weight: broadcast to (B, T, S), the score of each with each. In nats.

    >>> one = torch.ones(1, 1, 1)
    >>> round(logistic_loss(one, one, label=one, weight=one).item(), 4)  # log(1 + 1/e)
    0.3133
    """
    score = inputs @ outputs.mT
    return (weight * F.softplus(torch.where(label.bool(), -score, score))).sum()


def logistic_gradients(
    inputs: torch.Tensor, outputs: torch.Tensor, label: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the gradients of `logistic_loss` for inputs (B, T, C) and outputs (B, S, C).

    The derivative for a score is simply prediction minus label; the chain rule multiplies it with the other vector.

    >>> one = torch.ones(1, 1, 1)
    >>> round(logistic_gradients(one, 2 * one, label=one, weight=one)[0].item(), 4)  # 2 * (sigmoid(2) - 1)
    -0.2384
    """
    score = torch.bmm(inputs, outputs.mT)  # (B, T, S)
    error = weight * (torch.sigmoid(score) - label)  # (B, T, S)
    return torch.bmm(error, outputs), torch.bmm(error.mT, inputs)


def gather(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Return the rows of a table for ids (B, T): (B, T, C)."""
    return table.index_select(0, ids.reshape(-1)).view(*ids.shape, -1)


def descend(table: torch.Tensor, ids: torch.Tensor, gradient: torch.Tensor, rate: float) -> None:
    """Move only the rows that took part; a word that stands in the batch twice is moved by the sum."""
    table.index_add_(0, ids.reshape(-1), gradient.flatten(0, 1), alpha=-rate)


def skipgram_step(
    inputs: torch.Tensor,
    outputs: torch.Tensor,
    centres: torch.Tensor,
    contexts: torch.Tensor,
    links: torch.Tensor,
    drawn: torch.Tensor,
    negatives: int,
    rate: float,
) -> tuple[torch.Tensor, ...]:
    """Take one step in which every centre predicts each of its neighbours.

    inputs, outputs: (V, C), changed in place. centres: (B, T), contexts: (B, S) and drawn: (B, M) word ids.
    links: (B, T, S), 1 for a pair. A centre with n pairs meets the M drawn words with the weight n * negatives / M
    each. rate: the step for one pair. Returns what `logistic_loss` takes.
    """
    targets = torch.cat((contexts, drawn), 1)  # (B, S + M)
    each = links.sum(2, keepdim=True) * (negatives / drawn.shape[1])  # (B, T, 1)
    weight = torch.cat((links, each.expand(-1, -1, drawn.shape[1])), 2)  # (B, T, S + M)
    label = (torch.arange(targets.shape[1]) < contexts.shape[1]).float()  # (S + M,) text, then drawn words
    x, y = gather(inputs, centres), gather(outputs, targets)
    dx, dy = logistic_gradients(x, y, label, weight)
    descend(inputs, centres, dx, rate)
    descend(outputs, targets, dy, rate)
    return x, y, label, weight


def cbow_step(
    inputs: torch.Tensor,
    outputs: torch.Tensor,
    centres: torch.Tensor,
    contexts: torch.Tensor,
    links: torch.Tensor,
    drawn: torch.Tensor,
    negatives: int,
    rate: float,
) -> tuple[torch.Tensor, ...]:
    """Take one step in which the mean of the neighbours predicts the centre (continuous bag of words).

    Takes and returns what `skipgram_step` does. A centre without neighbours predicts nothing.
    """
    n = links.sum(2, keepdim=True)  # (B, T, 1)
    share = links / n.clamp(min=1)  # (B, T, S) each row adds up to 1
    targets = torch.cat((centres, drawn), 1)  # (B, T + M)
    own = torch.eye(centres.shape[1]).expand(len(centres), -1, -1)  # a mean predicts its own centre only
    others = torch.full((*centres.shape, drawn.shape[1]), negatives / drawn.shape[1])
    weight = torch.cat((own, others), 2) * (n > 0)  # (B, T, T + M)
    label = (torch.arange(targets.shape[1]) < centres.shape[1]).float()
    x, y = gather(inputs, contexts), gather(outputs, targets)
    mean = torch.bmm(share, x)  # (B, T, C)
    dmean, dy = logistic_gradients(mean, y, label, weight)
    descend(inputs, contexts, torch.bmm(share.mT, dmean), rate)
    descend(outputs, targets, dy, rate)
    return mean, y, label, weight
