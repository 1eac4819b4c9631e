"""BERT: a stack of Transformer blocks in which every token sees all others (Devlin et al. 2019).

It writes nothing. It gives each token a vector that knows both of its sides, and `BertForMaskedLM` guesses the tokens
that were hidden. Each block normalizes *after* it has added, as the first Transformer did; the sizes have the names of
a `config.json` on the hub.
"""

from dataclasses import dataclass, fields
from numbers import Integral, Real

import torch
import torch.nn.functional as F
from torch import nn

from llmai_edu.models.attention import attention
from llmai_edu.models.masks import padding_mask


@dataclass(frozen=True)
class BertConfig:
    """The shape of a BERT; the names are those of a `config.json` on the hub.

    Raises ValueError for a size below 1, when the heads do not divide the channels, or for dropout outside [0, 1).

    >>> BertConfig(vocab_size=30_522, hidden_size=384, num_attention_heads=12).head_dim     # MiniLM
    32
    """

    vocab_size: int  # V
    hidden_size: int = 768  # C
    num_hidden_layers: int = 12
    num_attention_heads: int = 12  # H
    intermediate_size: int = 3072  # F: channels inside the feed-forward layer
    max_position_embeddings: int = 512  # the context: no text longer than this
    type_vocab_size: int = 2  # kinds of token: of the first text, of the second
    layer_norm_eps: float = 1e-12
    dropout: float = 0.0  # of the sum of vectors, of attention's weights, and of what each layer adds
    initializer_range: float = (
        0.02  # standard deviation of the first weights; about 1 / √C lets a small model start well
    )

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self) if field.type is int):
            if not isinstance(size := getattr(self, name), Integral) or size < 1:
                raise ValueError(f"{name} must be a positive whole number, got {size!r}")
        if self.hidden_size % self.num_attention_heads:
            heads = self.num_attention_heads
            raise ValueError(f"hidden_size {self.hidden_size} must be a multiple of num_attention_heads {heads}")
        if not isinstance(self.dropout, Real) or not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be a share from 0 to less than 1, got {self.dropout!r}")
        for name in ("layer_norm_eps", "initializer_range"):
            if not isinstance(number := getattr(self, name), Real) or not number > 0:
                raise ValueError(f"{name} must be a positive number, got {number!r}")

    @property
    def head_dim(self) -> int:
        """D: channels of one head."""
        return self.hidden_size // self.num_attention_heads


class BertEmbeddings(nn.Module):
    """What a token is, where it stands and which text it belongs to: three vectors, added and normalized."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.word = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.drop = nn.Dropout(config.dropout)

    def forward(self, ids: torch.Tensor, token_type_ids: torch.Tensor | None = None) -> torch.Tensor:
        positions = torch.arange(ids.shape[1], device=ids.device)  # (T,)
        types = torch.zeros_like(ids) if token_type_ids is None else token_type_ids
        x = self.word(ids) + self.position(positions) + self.token_type(types)  # (B, T, C)
        return self.drop(self.norm(x))


class BertAttention(nn.Module):
    """Self-attention without a causal mask: every token looks to both sides."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.head_dim, self.dropout = config.head_dim, config.dropout
        self.query = nn.Linear(config.hidden_size, config.hidden_size)
        self.key = nn.Linear(config.hidden_size, config.hidden_size)
        self.value = nn.Linear(config.hidden_size, config.hidden_size)
        self.output = nn.Linear(config.hidden_size, config.hidden_size)

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        """(B, T, H·D) → (B, H, T, D)."""
        return x.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        q, k, v = self.heads(self.query(x)), self.heads(self.key(x)), self.heads(self.value(x))  # (B, H, T, D) each
        y = attention(q, k, v, mask, dropout=self.dropout if self.training else 0.0)
        return self.output(y.transpose(1, 2).flatten(2))  # (B, T, C)


class BertMLP(nn.Module):
    """The feed-forward layer: each token on its own, up to F channels, the exact GELU, and down again."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.hidden_size, config.intermediate_size)
        self.down = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(F.gelu(self.up(x)))  # (B, T, C)


class BertBlock(nn.Module):
    """Attention, then feed-forward: each adds to its input, and the sum is normalized (GPT-2 normalizes before)."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.attention = BertAttention(config)
        self.attention_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = BertMLP(config)
        self.mlp_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.drop = nn.Dropout(config.dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        x = self.attention_norm(x + self.drop(self.attention(x, mask)))
        return self.mlp_norm(x + self.drop(self.mlp(x)))  # (B, T, C)


class BertModel(nn.Module):
    """The encoder: token ids in, a vector for each token out.

    `generator` draws the initial weights: normal, by `initializer_range`; biases are 0, norms' weights 1.
    The "pooler" that BERT put on its first token for the next-sentence task is left out.

    >>> config = BertConfig(256, 32, 2, 4, 64, max_position_embeddings=16)
    >>> model = BertModel(config, generator=torch.Generator().manual_seed(0))
    >>> model(torch.tensor([[72, 105, 33]])).shape            # (B, T, C)
    torch.Size([1, 3, 32])
    """

    def __init__(self, config: BertConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertBlock(config) for _ in range(config.num_hidden_layers))
        draw_weights(self, config.initializer_range, generator)

    def forward(
        self,
        ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The vector of each token, which knows of all the others of its text.

        ids: (B, T) of int64. attention_mask: (B, T), 0 where `ids` hold padding; texts of unequal length are padded on
        the right, because positions count from the left. Or (B, T, T): whom (columns) each token (rows) may see.
        token_type_ids: (B, T), 0 for the first text and 1 for the second, where two are read together.
        Returns (B, T, C); the vectors of padding mean nothing. Raises ValueError when the text is longer than the
        context, or a mask does not fit.
        """
        self.check_ids(ids, attention_mask, token_type_ids)
        mask = attention_mask  # (B, 1, 1, T), or (B, 1, T, T)
        if mask is not None:
            mask = padding_mask(mask) if mask.ndim == 2 else mask[:, None].bool()
        x = self.embeddings(ids, token_type_ids)  # (B, T, C)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def check_ids(self, ids: torch.Tensor, *beside: torch.Tensor | None) -> None:
        """Refuse ids of a wrong shape, a text longer than the context, and masks that do not fit."""
        if ids.ndim != 2 or not ids.shape[1]:
            raise ValueError(f"ids must have shape (B, T) with T ≥ 1, got {tuple(ids.shape)}")
        if ids.shape[1] > (context := self.config.max_position_embeddings):
            raise ValueError(f"the text has {ids.shape[1]} tokens, the model's context is {context}: shorten it")
        for other in beside:
            fits = other is None or other.shape == ids.shape or other.shape == (*ids.shape, ids.shape[1])
            if not fits:
                raise ValueError(f"ids have shape {tuple(ids.shape)}, but a mask beside them {tuple(other.shape)}")


class BertForMaskedLM(nn.Module):
    """The encoder, and a head that gives a logit for each token of the vocabulary at each place.

    The head turns the vector once more (linear, GELU, norm) and compares it with the table of token vectors, which it
    shares with the encoder ("tied weights"), plus a bias for each token.

    >>> config = BertConfig(256, 32, 2, 4, 64, max_position_embeddings=16)
    >>> model = BertForMaskedLM(config, generator=torch.Generator().manual_seed(0))
    >>> ids = torch.tensor([[72, 105, 33]])
    >>> model(ids).shape, model(ids, at=ids == 33).shape      # (B, T, V), and (N, V) at the chosen places alone
    (torch.Size([1, 3, 256]), torch.Size([1, 256]))
    """

    def __init__(self, config: BertConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.bert = BertModel(config, generator=generator)
        self.transform = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        draw_weights(self.transform, config.initializer_range, generator)

    @property
    def config(self) -> BertConfig:
        """The shape of the encoder."""
        return self.bert.config

    def forward(
        self,
        ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
        *,
        at: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Logits for the token that stands at each place. Arguments as for `BertModel.forward`.

        at: (B, T) of bool; with it only these places are computed, row after row: the head is the largest matrix, and
        training asks at few places. Returns (B, T, V), or (N, V) for N chosen places.
        """
        x = self.bert(ids, attention_mask, token_type_ids)  # (B, T, C)
        x = x if at is None else x[at]  # (N, C)
        x = self.norm(F.gelu(self.transform(x)))
        return F.linear(x, self.bert.embeddings.word.weight, self.bias)


def draw_weights(module: nn.Module, std: float, generator: torch.Generator | None) -> None:
    """Draw every matrix of a module from a normal distribution, and set the biases to 0."""
    for name, weight in module.named_parameters():
        if weight.is_meta:  # waits for pretrained weights
            continue
        if weight.ndim == 2:
            nn.init.normal_(weight, std=std, generator=generator)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)
