"""word2vec: one vector for each word, learned by telling its real neighbours from words drawn at random.

The gradient stands in `negative_sampling`; here the text is read, epoch after epoch, in blocks (Mikolov, Chen, Corrado
and Dean 2013, "Efficient Estimation of Word Representations in Vector Space").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from tqdm.auto import tqdm

from llmai_edu.embeddings.corpus import Corpus
from llmai_edu.embeddings.negative_sampling import cbow_step, logistic_loss, skipgram_step
from llmai_edu.embeddings.pairs import Blocks, cut_blocks, draw_radius
from llmai_edu.embeddings.sampling import NegativeSampler, keep_probability
from llmai_edu.embeddings.vectors import WordVectors

__all__ = ["Word2Vec", "positions_per_step", "train_word2vec"]

BLOCK = (
    16  # positions; longer blocks waste more of the product on words too far apart, shorter ones are slower to start
)
LOSS_EVERY = 50  # steps
STEPS = {"skipgram": skipgram_step, "cbow": cbow_step}
# The original program does not divide CBOW's gradient by the number of neighbours; with the true gradient the rate must
# be higher (Irsoy, Benton and Stratos 2021, "Corrected CBOW Performs as well as Skip-gram").
RATES = {"skipgram": 0.025, "cbow": 0.1}


@dataclass
class Word2Vec:
    """The two tables, (V, C) each, and the loss in nats a pair as training saw it.

    `vectors` gives the rows of `inputs`, which are what people call word vectors.
    """

    words: tuple[str, ...]
    inputs: torch.Tensor
    outputs: torch.Tensor
    history: list[float] = field(default_factory=list)

    @property
    def vectors(self) -> WordVectors:
        """The words with their vectors."""
        return WordVectors(self.words, self.inputs.numpy())


def positions_per_step(counts: np.ndarray, keep: np.ndarray, at_most: int = 512, repeats: float = 8.0) -> int:
    """Return how many positions to take in one step, so that no word is expected more than `repeats` times.

    The gradients of a repeated word add up; beyond a few times the sum overshoots, and training diverges.

    >>> positions_per_step(np.array([50, 50]), np.ones(2)), positions_per_step(np.ones(10_000), np.ones(10_000))
    (16, 512)
    """
    left = counts * keep
    return int(np.clip(repeats * left.sum() / left.max(), BLOCK, at_most)) // BLOCK * BLOCK


def epoch_blocks(corpus: Corpus, keep: np.ndarray, window: int, rng: np.random.Generator) -> Blocks:
    """Skip frequent words, draw how far each position looks, and cut the rest into blocks: new for every epoch."""
    read = rng.random(len(corpus)) < keep[corpus.ids]
    ids, doc = corpus.ids[read], corpus.doc[read]
    return cut_blocks(ids, doc, draw_radius(len(ids), window, rng), BLOCK, window)


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Keep torch from sharing out these small products: handing them over costs more than computing them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def train_word2vec(
    corpus: Corpus,
    *,
    rng: np.random.Generator,
    kind: str = "skipgram",
    dim: int = 100,
    window: int = 5,
    negatives: int = 5,
    epochs: int = 5,
    learning_rate: float | None = None,
    subsample: float = 1e-3,
    workers: int = 1,
    progress: bool = False,
) -> Word2Vec:
    """Learn vectors from a corpus, on the CPU.

    kind: "skipgram" or "cbow". learning_rate: falls in a line from here to nearly nothing; 0.025 for skip-gram and 0.1
    for CBOW unless given. subsample: threshold of `keep_probability`. workers: more than 1 lets threads change the same
    tables without waiting for each other (Niu, Recht, Ré and Wright 2011, "Hogwild!"): faster, but no longer the same
    result each time. Raises ValueError for an unknown kind or a count below 1, ArithmeticError when training diverges.

    >>> corpus = Corpus.from_docs([["a", "b"], ["c", "d"]] * 50, min_count=1)
    >>> model = train_word2vec(corpus, rng=np.random.default_rng(0), dim=4, subsample=0)
    >>> model.inputs.shape
    torch.Size([4, 4])
    """
    if kind not in STEPS:
        raise ValueError(f"kind must be 'skipgram' or 'cbow', got {kind!r}")
    if min(dim, negatives, epochs, workers) < 1:
        raise ValueError("dim, negatives, epochs and workers must be at least 1")
    rate = learning_rate or RATES[kind]
    start = torch.from_numpy(rng.random((len(corpus.words), dim), np.float32) - 0.5) / dim
    model = Word2Vec(corpus.words, start, torch.zeros_like(start))
    keep, sampler = keep_probability(corpus.counts, subsample), NegativeSampler(corpus.counts)
    size = positions_per_step(corpus.counts, keep) // BLOCK  # blocks in one step
    with one_torch_thread(), tqdm(total=epochs * corpus.n_words, unit="word", disable=not progress) as bar:
        for epoch in range(epochs):
            blocks = epoch_blocks(corpus, keep, window, rng)
            drawn = torch.from_numpy(sampler.draw(rng, (len(blocks), BLOCK)))
            rates = rate * np.linspace(1 - epoch / epochs, 1 - (epoch + 1) / epochs, len(blocks)).clip(min=0.004)
            train_epoch(model, STEPS[kind], blocks, drawn, negatives, rates, size, workers)
            if not torch.isfinite(model.inputs).all():
                raise ArithmeticError(f"training diverged in epoch {epoch + 1}; choose a learning_rate below {rate}")
            bar.set_postfix(loss=f"{model.history[-1]:.3f}")
            bar.update(corpus.n_words)
    return model


def train_epoch(
    model: Word2Vec,
    step: Callable,
    blocks: Blocks,
    drawn: torch.Tensor,
    negatives: int,
    rates: np.ndarray,
    size: int,
    workers: int,
) -> None:
    """Take a step for every `size` blocks; worker w of W takes the steps w, w + W, w + 2W, ...

    drawn: (n, M) a row of negatives for each block. rates: (n,) the learning rate at each block.
    """

    def work(worker: int) -> None:
        for number, i in enumerate(range(worker * size, len(blocks), workers * size)):
            batch = slice(i, i + size)
            words = blocks.centres[batch], blocks.contexts[batch], blocks.links(batch), drawn[batch]
            seen = step(model.inputs, model.outputs, *words, negatives, float(rates[i]))
            if worker == 0 and number % LOSS_EVERY == 0:
                model.history.append(loss_per_pair(*seen))

    if workers == 1:
        return work(0)
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))  # `list` waits for the threads, and raises what they raised


def loss_per_pair(inputs: torch.Tensor, outputs: torch.Tensor, label: torch.Tensor, weight: torch.Tensor) -> float:
    """Return the loss in nats of one true pair and its negatives; with 5 of them a fresh model has 6 ln 2 = 4.16."""
    pairs = (label * weight).sum().clamp(min=1)
    return (logistic_loss(inputs, outputs, label, weight) / pairs).item()
