"""Sequence to sequence: one recurrent network reads a text, another writes its translation, with and without attention.

Without attention the writer gets one vector, whatever the length of the text (Sutskever, Vinyals and Le 2014; Cho et
al. 2014). With attention it looks back at every place, anew before each token: Bahdanau, Cho and Bengio 2014, "Neural
Machine Translation by Jointly Learning to Align and Translate". Their recurrent cells were GRUs; these are LSTMs. The
scaled dot product that came later is in `attention`.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

__all__ = [
    "END",
    "PAD",
    "START",
    "AttentionSeq2Seq",
    "Encoded",
    "Seq2Seq",
    "Translation",
    "additive_attention",
    "pad",
    "teacher_forcing_loss",
    "translate",
]

PAD, START, END = 0, 1, 2  # what fills up a batch, what stands before a target, what stands after it


class Encoded(NamedTuple):
    """A batch of source texts, read: what the decoder gets."""

    states: torch.Tensor  # (B, S, H), of each place: half from what stands up to it, half from what follows
    summary: torch.Tensor  # (B, H), the last state of each direction: the whole text in one vector
    mask: torch.Tensor  # (B, S) of bool, True at tokens, False at padding
    keys: torch.Tensor | None = None  # (B, S, A), made once of the states, for attention


class Translation(NamedTuple):
    """One text written by `translate`: its token ids without END, and where each token's step looked."""

    ids: list[int]
    weights: torch.Tensor | None  # (T, S): a row for each id, and one for END if it was reached; None without attention


def pad(sequences: list[list[int]]) -> torch.Tensor:
    """Put sequences of different lengths into one tensor, PAD after the shorter ones.

    >>> pad([[5, 6, 2], [7, 2]]).tolist()
    [[5, 6, 2], [7, 2, 0]]
    """
    return pad_sequence([torch.tensor(ids) for ids in sequences], batch_first=True, padding_value=PAD)


def additive_attention(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, v: torch.Tensor, mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Average the values, weighted by how well each key fits the query: softmax(v · tanh(query + key)) values.

    query: (B, A). keys: (B, S, A). values: (B, S, C). v: (A,). mask: (B, S) of bool, True where there is something to
    look at. Returns the average (B, C) and the weights (B, S), which sum to 1 and are 0 where the mask is False.
    Bahdanau et al. 2014.

    >>> keys = torch.zeros(1, 3, 2)                          # all keys fit equally well, but the last is padding
    >>> values = torch.tensor([[[1.0], [3.0], [50.0]]])
    >>> mask = torch.tensor([[True, True, False]])
    >>> additive_attention(torch.zeros(1, 2), keys, values, torch.ones(2), mask)[0].item()
    2.0
    """
    scores = (query[:, None] + keys).tanh() @ v  # (B, S)
    scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=1)  # (B, S)
    return (weights[:, None] @ values)[:, 0], weights  # (B, 1, S) @ (B, S, C)


class Seq2Seq(nn.Module):
    """An encoder that reads in both directions, and a decoder that gets the encoder's last states and nothing else.

    source_vocab, target_vocab: the numbers of ids, PAD, START and END among them. embedding: C, the size of a token's
    vector. hidden: H, of the decoder's state; each direction of the encoder has half of it. dropout: on token vectors
    and before the output. generator: draws the weights.

    >>> model = Seq2Seq(10, 20, embedding=8, hidden=16, generator=torch.Generator().manual_seed(0))
    >>> source, target = pad([[5, 6, 2], [7, 2]]), pad([[1, 9, 8, 7], [1, 9]])
    >>> model(source, target).shape                                    # (B, T, V)
    torch.Size([2, 4, 20])
    """

    def __init__(
        self,
        source_vocab: int,
        target_vocab: int,
        *,
        embedding: int = 64,
        hidden: int = 128,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.embed_source = nn.Embedding(source_vocab, embedding, padding_idx=PAD)
        self.embed_target = nn.Embedding(target_vocab, embedding, padding_idx=PAD)
        self.encoder = nn.LSTM(embedding, hidden // 2, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(hidden, 2 * hidden)
        self.cell = nn.LSTMCell(embedding + hidden, hidden)
        self.head = nn.Linear(2 * hidden, target_vocab)
        self.dropout = nn.Dropout(dropout)
        self.draw_weights(generator)

    @torch.no_grad()
    def draw_weights(self, generator: torch.Generator | None) -> None:
        """Draw every matrix of n columns uniformly within 1 / √n, token vectors from a normal distribution."""
        for name, weight in self.named_parameters():
            if name.startswith("embed"):
                weight.normal_(std=weight.shape[1] ** -0.5, generator=generator)
                weight[PAD] = 0
            else:
                bound = weight.shape[-1] ** -0.5
                weight.uniform_(-bound, bound, generator=generator)

    def encode(self, source: torch.Tensor) -> Encoded:
        """Read a batch of texts, each up to its own end. source: (B, S) of int64, PAD after the shorter ones."""
        mask = source != PAD  # (B, S)
        x = self.dropout(self.embed_source(source))  # (B, S, C)
        packed = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        states, (last, _) = self.encoder(packed)  # last: (2, B, H / 2)
        states, _ = pad_packed_sequence(states, batch_first=True, total_length=source.shape[1])  # (B, S, H)
        return Encoded(states, torch.cat([last[0], last[1]], dim=1), mask)

    def first_state(self, encoded: Encoded) -> tuple[torch.Tensor, torch.Tensor]:
        """The decoder's state and memory before the first token, made of the summary. Both (B, H)."""
        h, c = self.bridge(encoded.summary).tanh().chunk(2, dim=1)
        return h, c

    def look(self, h: torch.Tensor, encoded: Encoded) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What the decoder sees of the source before a step: always the same vector (B, H), whatever it wrote."""
        return encoded.summary, None

    def step(
        self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor], encoded: Encoded
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor], torch.Tensor | None]:
        """Look at the source, take in the token before, and move on.

        x: (B, C), the vector of the token before. Returns what the output layer reads (B, 2H), the new state, and the
        weights (B, S) of the look, None without attention.
        """
        context, weights = self.look(state[0], encoded)  # (B, H)
        h, c = self.cell(torch.cat([x, context], dim=1), state)
        return torch.cat([h, context], dim=1), (h, c), weights

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Logits for the token after each of the target's: teacher forcing, the tokens before are the true ones.

        source: (B, S). target: (B, T), beginning with START. Returns (B, T, V).
        """
        encoded = self.encode(source)
        state, features = self.first_state(encoded), []
        for x in self.dropout(self.embed_target(target)).unbind(1):  # (B, C), T times
            feature, state, _ = self.step(x, state, encoded)
            features.append(feature)
        return self.head(self.dropout(torch.stack(features, dim=1)))


class AttentionSeq2Seq(Seq2Seq):
    """The same, but the decoder looks at all places of the source anew before each step.

    attention: A, the size in which states of encoder and decoder are compared; the rest as in `Seq2Seq`.

    >>> model = AttentionSeq2Seq(10, 20, embedding=8, hidden=16, attention=16)
    >>> model(pad([[5, 6, 2]]), pad([[1, 9]])).shape
    torch.Size([1, 2, 20])
    """

    def __init__(self, source_vocab: int, target_vocab: int, *, hidden: int = 128, attention: int = 128, **settings):
        generator = settings.get("generator")
        super().__init__(source_vocab, target_vocab, hidden=hidden, **settings)
        self.to_query = nn.Linear(hidden, attention)
        self.to_key = nn.Linear(hidden, attention, bias=False)
        self.v = nn.Parameter(torch.empty(attention))
        self.draw_weights(generator)

    def encode(self, source: torch.Tensor) -> Encoded:
        """Read, and make the key of each place once: it is the same for all steps of the decoder."""
        encoded = super().encode(source)
        return encoded._replace(keys=self.to_key(encoded.states))  # (B, S, A)

    def look(self, h: torch.Tensor, encoded: Encoded) -> tuple[torch.Tensor, torch.Tensor]:
        """The average of the encoder's states (B, H), weighted for this step, and the weights (B, S)."""
        return additive_attention(self.to_query(h), encoded.keys, encoded.states, self.v, encoded.mask)


def teacher_forcing_loss(model: Seq2Seq, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of each target token given the true ones before it, in nats, the mean over tokens.

    batch: source (B, S) and target (B, T), the target from START to END; columns of nothing but padding are cut off.
    """
    source, target = (ids[:, : int((ids != PAD).sum(1).max())] for ids in batch)
    logits = model(source, target[:, :-1])  # (B, T - 1, V)
    return F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)


@torch.inference_mode()
def translate(model: Seq2Seq, source: torch.Tensor, max_new_tokens: int) -> list[Translation]:
    """Write greedily: at each step the most probable token, which is then the token before. A text ends with END.

    source: (B, S), all written at once; none changes another. max_new_tokens: a text without END is cut there.
    Raises ValueError for a model in training mode.
    """
    if model.training:
        raise ValueError("the model is in training mode, with dropout: call model.eval() first")
    encoded = model.encode(source)
    state, ids = model.first_state(encoded), source.new_full((len(source),), START)
    written, looks = [], []
    ended = torch.zeros_like(ids, dtype=torch.bool)
    while len(written) < max_new_tokens and not ended.all():
        feature, state, weights = model.step(model.embed_target(ids), state, encoded)
        ids = model.head(feature).argmax(1)  # (B,)
        ended |= ids == END
        written.append(ids)
        looks.append(weights)
    return [_one_translation(b, written, looks, encoded.mask) for b in range(len(source))]


def _one_translation(b: int, written: list, looks: list, mask: torch.Tensor) -> Translation:
    """Cut row b out of the steps of a batch: up to its own END, over its own source."""
    ids = [int(step[b]) for step in written]
    length = ids.index(END) if END in ids else len(ids)
    weights = None
    if looks and looks[0] is not None:
        weights = torch.stack([look[b] for look in looks[: length + 1]])[:, mask[b]]  # (T, S)
    return Translation(ids[:length], weights)
