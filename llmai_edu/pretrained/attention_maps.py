"""What the heads of a finished model look at: its attention weights, read without changing the model.

The fast kernel that models run on never makes the weights. So hooks pick up what goes into each attention layer, and
the weights are computed again from it.
"""

from typing import NamedTuple

import torch

from llmai_edu.models.attention import attention_weights
from llmai_edu.models.bert import BertAttention, BertModel
from llmai_edu.models.llama import Llama, LlamaAttention
from llmai_edu.models.rope import apply_rope


class Looks(NamedTuple):
    """Of one text, for every layer and head: where each token looks, and how long the vector is that it could fetch."""

    weights: torch.Tensor  # (L, H, T, T), the rows sum to 1
    lengths: torch.Tensor  # (L, H, T), of each token's value, after the head's share of the output matrix


@torch.inference_mode()
def llama_attention_maps(model: Llama, ids: torch.Tensor) -> torch.Tensor:
    """The attention weights of a Llama, layer by layer and head by head, while it reads one text.

    ids: (T,) of int64. Returns (L, H, T, T) of float32 on the CPU; row t of a map says how token t divides its look
    among the tokens up to itself, and sums to 1. Raises ValueError for ids of another shape.

    >>> from llmai_edu.models.llama import LlamaConfig
    >>> model = Llama(LlamaConfig(256, 64, 192, 2, 4, 2, 512), generator=torch.Generator().manual_seed(0))
    >>> llama_attention_maps(model, torch.tensor([72, 105, 33])).shape
    torch.Size([2, 4, 3, 3])
    """
    return llama_looks(model, ids).weights


@torch.inference_mode()
def llama_looks(model: Llama, ids: torch.Tensor) -> Looks:
    """The weights of `llama_attention_maps`, and how long each value is when it reaches the residual stream.

    What a head adds for token t is the sum over s of weight · value. A large weight on a short value fetches little:
    Kobayashi et al. 2020, "Attention is Not Only a Weight". Arguments and errors as there.
    """
    check_one_text(ids)
    found: list[tuple[torch.Tensor, torch.Tensor]] = []

    def note(layer: LlamaAttention, args: tuple) -> None:
        x, rope, mask = args[:3]
        found.append((layer_weights(layer, x, rope, mask)[0].float().cpu(), value_lengths(layer, x)[0].float().cpu()))

    hooks = [block.self_attn.register_forward_pre_hook(note) for block in model.layers]
    try:
        model.hidden(ids[None])
    finally:
        for hook in hooks:
            hook.remove()
    return Looks(*(torch.stack(parts) for parts in zip(*found)))


def layer_weights(
    layer: LlamaAttention, x: torch.Tensor, rope: tuple[torch.Tensor, torch.Tensor], mask: torch.Tensor | None
) -> torch.Tensor:
    """What the layer weighs its values with, from what goes into it: (B, H, T, T)."""
    q, k = (apply_rope(heads, *rope) for heads in layer.queries_and_keys(x))  # (B, H, T, D), (B, K, T, D)
    return attention_weights(q, k, mask, causal=True)


def value_lengths(layer: LlamaAttention, x: torch.Tensor) -> torch.Tensor:
    """How long each value is once the head's rows of the output matrix were applied: (B, H, T)."""
    out = layer.o_proj.weight.unflatten(0, (-1, layer.head_dim))  # (H, D, C)
    v = layer.heads(layer.v_proj(x))  # (B, K, T, D)
    v = v.repeat_interleave(len(out) // v.shape[1], dim=1)  # (B, H, T, D)
    return torch.stack([(v[:, h] @ out[h]).norm(dim=-1) for h in range(len(out))], dim=1)


@torch.inference_mode()
def bert_attention_maps(
    model: BertModel, ids: torch.Tensor, attention_mask: torch.Tensor | None = None
) -> torch.Tensor:
    """The attention weights of a BERT, layer by layer and head by head, while it reads one text.

    ids: (T,) of int64, [CLS] and [SEP] among them. attention_mask: (T,), 0 where `ids` hold padding. Returns
    (L, H, T, T) of float32 on the CPU; row t of a map says how token t divides its look among all the tokens, before
    and after it, and sums to 1. The rows of padding mean nothing. Raises ValueError for ids of another shape.

    >>> from llmai_edu.models.bert import BertConfig
    >>> model = BertModel(BertConfig(256, 32, 2, 4, 64), generator=torch.Generator().manual_seed(0)).eval()
    >>> bert_attention_maps(model, torch.tensor([72, 105, 33])).shape
    torch.Size([2, 4, 3, 3])
    """
    check_one_text(ids)
    found: list[torch.Tensor] = []

    def note(layer: BertAttention, args: tuple) -> None:
        q, k = layer.heads(layer.query(args[0])), layer.heads(layer.key(args[0]))  # (B, H, T, D) each
        found.append(attention_weights(q, k, args[1])[0].float().cpu())  # no causal mask

    hooks = [block.attention.register_forward_pre_hook(note) for block in model.layers]
    try:
        model(ids[None], None if attention_mask is None else attention_mask[None])
    finally:
        for hook in hooks:
            hook.remove()
    return torch.stack(found)


def check_one_text(ids: torch.Tensor) -> None:
    """Refuse ids that are not one text."""
    if ids.ndim != 1 or not len(ids):
        raise ValueError(f"ids must have shape (T,) with T ≥ 1, one text, got {tuple(ids.shape)}")
