"""The variational autoencoder of sentences: a sentence becomes a small cloud in a space, a point becomes a sentence.

Kingma and Welling 2014, "Auto-Encoding Variational Bayes"; for sentences: Bowman et al. 2016, "Generating Sentences
from a Continuous Space". Free bits: Kingma et al. 2016, "Improved Variational Inference with Inverse Autoregressive
Flow". The importance-weighted bound: Burda, Grosse and Salakhutdinov 2016, "Importance Weighted Autoencoders".

A batch of sentences is ids (B, T): the boundary id, the words, and the boundary id again until the end of the row.
All figures are in nats. The loss that trains it is in `training.elbo_loss`.
"""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.state import State

__all__ = [
    "SentenceVAE",
    "cross_entropies",
    "decode_words",
    "drop_words",
    "elbo_terms",
    "first_boundary",
    "free_bits",
    "gaussian_kl",
    "importance_bound",
    "interpolate",
    "pad_sentences",
    "reparameterize",
]


def gaussian_kl(mean: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """How far each Gaussian is from the standard one, KL(N(mean, var) || N(0, 1)), in nats.

    mean, log_var: (..., D), log_var the natural logarithm of the variance. Returns (..., D), one figure a dimension.

    >>> gaussian_kl(torch.tensor([0.0, 2.0]), torch.zeros(2))
    tensor([0., 2.])
    """
    return (mean**2 + log_var.exp() - 1 - log_var) / 2


def reparameterize(mean: torch.Tensor, log_var: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """A draw from N(mean, var), written so that a gradient passes through it to the mean and the variance.

    noise: from N(0, 1), of the same shape.

    >>> reparameterize(torch.tensor([5.0]), torch.tensor([4.0]).log(), torch.tensor([-1.0]))
    tensor([3.])
    """
    return mean + (log_var / 2).exp() * noise


def free_bits(kl: torch.Tensor, floor: float) -> torch.Tensor:
    """The KL that is charged: each dimension pays at least `floor`, so that what it says up to there is free.

    kl: (B, D). floor: in nats a dimension, compared with the mean over the batch. Returns a scalar, the sum.

    >>> free_bits(torch.tensor([[0.1, 3.0], [0.3, 1.0]]), floor=0.5)   # means 0.2 and 2
    tensor(2.5000)
    """
    return kl.mean(0).clamp(min=floor).sum()


def pad_sentences(sentences: Sequence[Sequence[int]], boundary: int) -> torch.Tensor:
    """Put sentences of different lengths into one tensor, with a boundary before each and at least one behind it.

    >>> pad_sentences([[4, 5], [6]], boundary=9)
    tensor([[9, 4, 5, 9],
            [9, 6, 9, 9]])
    """
    ids = torch.full((len(sentences), max(map(len, sentences)) + 2), boundary)
    for row, words in zip(ids, sentences):
        row[1 : 1 + len(words)] = torch.tensor(words)
    return ids


def first_boundary(ids: torch.Tensor, boundary: int) -> torch.Tensor:
    """Where each row has its first boundary id; the length of the row if there is none. ids: (B, T). Returns (B,).

    >>> first_boundary(torch.tensor([[4, 9, 9], [4, 5, 6]]), boundary=9)
    tensor([1, 3])
    """
    return (ids == boundary).cumsum(1).eq(0).sum(1)


def drop_words(
    ids: torch.Tensor, rate: float, *, unknown: int, boundary: int, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Replace a random share of the words by the unknown one; boundaries stay. ids: (B, T).

    A decoder that cannot see the word before must ask the sentence's code for it (Bowman et al. 2016).

    >>> drop_words(torch.tensor([[9, 4, 5, 9]]), 1.0, unknown=0, boundary=9)
    tensor([[9, 0, 0, 9]])
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is the share of words to drop, from 0 to 1, got {rate}")
    dropped = torch.rand(ids.shape, generator=generator).to(ids.device) < rate
    return ids.masked_fill(dropped & (ids != boundary), unknown)


class SentenceVAE(nn.Module):
    """An LSTM that reads a sentence into a mean and a log variance, and one that writes a sentence from a point.

    vocab_size: V, all words. The boundary is one id more: V, so that there are V + 1 in all. latent: D, the dimensions
    of the space. channels: of a word's vector, which reads and predicts (tied). hidden: of both LSTMs.
    unknown: the id that word dropout writes. generator: draws the weights.

    >>> model = SentenceVAE(20, latent=4, generator=torch.Generator().manual_seed(0))
    >>> mean, log_var = model.encode(torch.tensor([[20, 3, 4, 20, 20]]))
    >>> model.decode(mean, torch.tensor([[20, 3, 4]]))[0].shape          # (B, T, V + 1)
    torch.Size([1, 3, 21])
    """

    def __init__(
        self,
        vocab_size: int,
        *,
        latent: int = 16,
        channels: int = 64,
        hidden: int = 128,
        unknown: int = 0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.boundary, self.unknown, self.latent = vocab_size, unknown, latent
        self.embed = nn.Embedding(vocab_size + 1, channels)
        self.encoder = nn.LSTM(channels, hidden, batch_first=True)
        self.to_mean, self.to_log_var = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        self.start = nn.Linear(latent, hidden)
        self.decoder = nn.LSTM(channels + latent, hidden, batch_first=True)
        self.project = nn.Linear(hidden, channels, bias=False)
        self.bias = nn.Parameter(torch.zeros(vocab_size + 1))
        for name, weight in self.named_parameters():
            if "coder" in name:  # both LSTMs, as torch does it
                nn.init.uniform_(weight, -(hidden**-0.5), hidden**-0.5, generator=generator)
            elif weight.ndim == 2:
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5, generator=generator)
            else:
                nn.init.zeros_(weight)

    def encode(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log variance of the code of each sentence. ids: (B, T) with boundaries. Returns (B, D) twice."""
        words = ids[:, 1:]  # (B, T - 1): without the first boundary
        states, _ = self.encoder(self.embed(words))  # (B, T - 1, H)
        ends = first_boundary(words, self.boundary).clamp(max=words.shape[1] - 1)
        last = states[torch.arange(len(ids), device=ids.device), ends]  # (B, H): the state that has read all words
        return self.to_mean(last), self.to_log_var(last)

    def decode(self, z: torch.Tensor, ids: torch.Tensor, state: State = None) -> tuple[torch.Tensor, State]:
        """Logits for what follows each of `ids`, given the code; and the state with which to go on.

        z: (B, D), seen at every step, and where the text begins (state None) also as the first state. ids: (B, T).
        """
        if state is None:
            h = self.start(z).tanh()[None]  # (1, B, H)
            state = h, torch.zeros_like(h)
        at_each_step = z[:, None].expand(-1, ids.shape[1], -1)  # (B, T, D)
        x, state = self.decoder(torch.cat((self.embed(ids), at_each_step), dim=2), state)
        return F.linear(self.project(x), self.embed.weight, self.bias), state


def cross_entropies(logits: torch.Tensor, targets: torch.Tensor, boundary: int) -> torch.Tensor:
    """-ln p of each sentence: the sum over its words and its first boundary; what stands behind counts nothing.

    logits: (B, T, V). targets: (B, T). Returns (B,).
    """
    nats = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")  # (B, T)
    counts = (targets == boundary).cumsum(1) - (targets == boundary).long() == 0  # no boundary came before
    return (nats * counts).sum(1)


def elbo_terms(
    model: SentenceVAE, ids: torch.Tensor, noise: torch.Tensor, seen: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The two parts of the bound: what it costs to write each sentence from a draw of its code, and the code's KL.

    Their sum is at least -ln p(sentence), on average over the noise. noise: (B, D) from N(0, 1). seen: (B, T), what the
    decoder reads, if not `ids` (with dropped words, say). Returns (B,) and (B, D).
    """
    mean, log_var = model.encode(ids)
    z = reparameterize(mean, log_var, noise)
    logits, _ = model.decode(z, (ids if seen is None else seen)[:, :-1])
    return cross_entropies(logits, ids[:, 1:], model.boundary), gaussian_kl(mean, log_var)


@torch.no_grad()
def importance_bound(
    model: SentenceVAE, ids: torch.Tensor, samples: int, *, generator: torch.Generator | None = None
) -> torch.Tensor:
    """A tighter bound on -ln p of each sentence, from the mean of several weights p(x, z) / q(z | x).

    With one sample it is the ELBO's; with more it comes down towards -ln p, on average. ids: (B, T). Returns (B,).
    """
    mean, log_var = model.encode(ids)
    weights = []
    for _ in range(samples):
        noise = torch.randn(mean.shape, generator=generator).to(mean)
        z = reparameterize(mean, log_var, noise)
        words = cross_entropies(model.decode(z, ids[:, :-1])[0], ids[:, 1:], model.boundary)
        prior_over_code = (noise**2 - z**2 + log_var).sum(1) / 2  # ln p(z) - ln q(z | x)
        weights.append(prior_over_code - words)
    return math.log(samples) - torch.stack(weights).logsumexp(0)


@torch.no_grad()
def decode_words(
    model: SentenceVAE, z: torch.Tensor, longest: int, *, generator: torch.Generator | None = None
) -> list[list[int]]:
    """Write a sentence from each point: the likeliest word at each step, or a drawn one if there is a generator.

    z: (B, D). Returns B lists of word ids, without boundaries, of at most `longest` words.
    """
    new = torch.full((len(z), 1), model.boundary, device=z.device)
    state, written = None, []
    for _ in range(longest):
        logits, state = model.decode(z, new, state)
        logits = logits[:, -1].index_fill(1, torch.tensor([model.unknown], device=z.device), -torch.inf)
        new = torch.multinomial(logits.softmax(1), 1, generator=generator) if generator else logits.argmax(1)[:, None]
        written.append(new)
    rows = torch.cat(written, dim=1)  # (B, longest)
    return [row[:end].tolist() for row, end in zip(rows, first_boundary(rows, model.boundary))]


def interpolate(a: torch.Tensor, b: torch.Tensor, steps: int) -> torch.Tensor:
    """Points on the straight line from a to b, both ends included. a, b: (D,). Returns (steps, D).

    >>> interpolate(torch.tensor([0.0]), torch.tensor([1.0]), 3).flatten().tolist()
    [0.0, 0.5, 1.0]
    """
    return torch.lerp(a, b, torch.linspace(0, 1, steps, device=a.device)[:, None])
