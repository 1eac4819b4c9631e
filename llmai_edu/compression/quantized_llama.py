"""A Llama whose matrices are kept in 8 or 4 bits: made from a plain one, written to a file and read from it.

What reads the same input is joined into one matrix: queries, keys and values, and gate and up. Every column keeps its
own scales, so this changes no number; it saves calls, and a token of a small model is calls to a good part.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from llmai_edu.compression.packed import Int4Linear, Int8DynamicLinear, Int8Linear, PackedLinear
from llmai_edu.models.attention import attention
from llmai_edu.models.cache import KVCache
from llmai_edu.models.linear import Linear
from llmai_edu.models.llama import Llama, LlamaAttention, LlamaBlock, LlamaMLP, RMSNorm, swiglu
from llmai_edu.models.llama_config import LlamaConfig

__all__ = ["KINDS", "QuantizedLlama", "load_quantized", "quantize_model", "save_quantized", "stored_bytes"]

KINDS = ("qkv_proj", "o_proj", "gate_up_proj", "down_proj", "lm_head")


def turn(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """`apply_rope` in fewer calls, with the cosines twice and the sines with both signs: x · cos + swapped x · sin.

    x: (B, H, T, D). cos, sin: (T, D) or (B, 1, T, D), from `QuantizedLlama.rope`. Returns (B, H, T, D).

    >>> x, cos, sin = torch.tensor([[[[1.0, 0.0]]]]), torch.zeros(1, 2), torch.tensor([[-1.0, 1.0]])    # a quarter turn
    >>> turn(x, cos, sin).flatten().tolist()
    [0.0, 1.0]
    """
    a, b = x.chunk(2, dim=-1)  # (B, H, T, D/2) each
    return torch.addcmul(x * cos, torch.cat((b, a), -1), sin)


class JoinedAttention(LlamaAttention):
    """`LlamaAttention` with one matrix for queries, keys and values, which are turned together."""

    def __init__(self, config: LlamaConfig, layer: int) -> None:
        nn.Module.__init__(self)
        self.layer, self.head_dim = layer, config.head_dim
        self.n_q, self.n_kv = config.num_attention_heads, config.num_key_value_heads
        self.qkv_proj = Linear(config.hidden_size, (self.n_q + 2 * self.n_kv) * self.head_dim)
        self.o_proj = Linear(self.n_q * self.head_dim, config.hidden_size)

    def forward(
        self,
        x: torch.Tensor,
        rope: tuple[torch.Tensor, torch.Tensor],
        mask: torch.Tensor | None = None,
        cache: KVCache | None = None,
    ) -> torch.Tensor:
        heads = self.qkv_proj(x).view(*x.shape[:2], -1, self.head_dim).transpose(1, 2)  # (B, H + 2K, T, D)
        q, k = turn(heads[:, : self.n_q + self.n_kv], *rope).split((self.n_q, self.n_kv), 1)
        v = heads[:, self.n_q + self.n_kv :]
        if cache is not None:
            k, v = cache.append(self.layer, k, v)  # (B, K, S, D)
        y = attention(q, k, v, mask, causal=True)  # (B, H, T, D)
        return self.o_proj(y.transpose(1, 2).flatten(2))  # (B, T, C)


class JoinedMLP(LlamaMLP):
    """`LlamaMLP` with one matrix for gate and up."""

    def __init__(self, config: LlamaConfig) -> None:
        nn.Module.__init__(self)
        self.gate_up_proj = Linear(config.hidden_size, 2 * config.intermediate_size)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(swiglu(*self.gate_up_proj(x).chunk(2, -1)))  # (B, T, C)


class LengthNorm(RMSNorm):
    """`RMSNorm` by the length of the vector, which one kernel finds: fewer calls.

    The root of (mean square + eps) is √(length² + C · eps) / √C, and `hypot` finds the long side of that triangle.
    """

    def __init__(self, size: int, eps: float) -> None:
        super().__init__(size, eps)
        # Kept as tensors, for torch makes one of a number at every call; on the CPU, whence torch takes them anywhere.
        self.root = torch.tensor(size**0.5, device="cpu")
        self.short_side = torch.tensor((size * eps) ** 0.5, device="cpu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)  # (..., 1)
        return x * (self.weight * self.root / torch.hypot(length, self.short_side)).to(x.dtype)


class JoinedBlock(LlamaBlock):
    """`LlamaBlock` of the layers above."""

    attention_type = JoinedAttention

    def __init__(self, config: LlamaConfig, layer: int) -> None:
        super().__init__(config, layer)
        self.input_layernorm = LengthNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = LengthNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = JoinedMLP(config)


class QuantizedLlama(Llama):
    """A Llama that `quantize_model` made: read and written to as a plain one, through `PackedLinear` layers.

    A tied head is packed, too, and the table of tokens is read from it. Activations and the cache are in float32; only
    what enters a product is rounded to bfloat16.
    """

    block_type = JoinedBlock

    def rope(self, positions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        cos, sin = (part.to(self.norm.weight.dtype) for part in super().rope(positions))
        return torch.cat((cos, cos), -1), torch.cat((-sin, sin), -1)

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        if self.embed_tokens is not None:
            return self.embed_tokens(ids)
        if isinstance(self.lm_head, PackedLinear):
            return self.lm_head.rows(ids)
        return F.embedding(ids, self.lm_head.weight.T)

    def new_cache(self, batch_size: int = 1, max_length: int | None = None) -> KVCache:
        config, weight = self.config, self.norm.weight
        return KVCache(
            config.num_hidden_layers,
            batch_size,
            config.num_key_value_heads,
            max_length or config.max_position_embeddings,
            config.head_dim,
            device=weight.device,
            dtype=weight.dtype,
        )


LAYERS = {layer.__name__: layer for layer in (Int8Linear, Int8DynamicLinear, Int4Linear)}


@torch.no_grad()
def quantize_model(
    model: Llama,
    bits: int,
    group_size: int | None = None,
    skip: Sequence[str] = (),
    only: Sequence[str] = KINDS,
    *,
    dynamic: bool = False,
) -> QuantizedLlama:
    """A Llama with its matrices in 8 or 4 bits; the given one stays as it is.

    group_size: weights that share a scale; None for a whole column in 8 bits, and for 32 in 4 bits. skip: kinds of
    matrices that stay as they are, of `KINDS`; only: the kinds that are quantized. dynamic: 8 bits for what enters the
    matrices, too. Norms and an untied table of tokens always stay. Raises ValueError for another number of bits, for
    `dynamic` with 4 bits or with groups, or for an unknown kind.

    >>> config = LlamaConfig(256, 64, 192, 2, 4, 2, 512)
    >>> model = Llama(config, generator=torch.Generator().manual_seed(0))
    >>> small = quantize_model(model, bits=8)
    >>> round(stored_bytes(model) / stored_bytes(small), 1)
    3.9
    """
    if bits not in (4, 8):
        raise ValueError(f"bits must be 4 or 8, got {bits}")
    if dynamic and bits == 4:
        raise ValueError("torch has no kernel for 4-bit matrices and 8-bit activations: take bits=8")
    if type(model) is not Llama:
        raise ValueError(f"give a plain Llama, not a {type(model).__name__}")
    if unknown := sorted({*skip, *only} - set(KINDS)):
        raise ValueError(f"no matrix is called {unknown[0]}; there are {', '.join(KINDS)}")
    with torch.device("meta"):
        small = QuantizedLlama(model.config)
    weights, layer = joined_weights(model), Int4Linear
    if bits == 8:
        layer = Int8DynamicLinear if dynamic else Int8Linear
    elif group_size is None:
        group_size = 32
    for name, weight in weights.items():
        path, _, kind = name.removesuffix(".weight").rpartition(".")
        if kind in only and kind not in skip:
            small.get_submodule(path).register_module(kind, layer(weight, group_size))
    rest = {name: weights[name].detach().clone() for name, _ in small.named_parameters()}
    small.load_state_dict(rest, strict=False, assign=True)
    return small.requires_grad_(False).train(model.training)


def joined_weights(model: Llama) -> dict[str, torch.Tensor]:
    """The weights of a plain Llama, those joined that read the same input."""
    weights = dict(model.state_dict())
    for layer in range(model.config.num_hidden_layers):
        for place, joined, parts in (("self_attn", "qkv", ("q", "k", "v")), ("mlp", "gate_up", ("gate", "up"))):
            prefix = f"layers.{layer}.{place}."
            columns = [weights.pop(f"{prefix}{part}_proj.weight") for part in parts]
            weights[f"{prefix}{joined}_proj.weight"] = torch.cat(columns, 1)
    return weights


def stored_bytes(model: nn.Module) -> int:
    """Bytes of all numbers of a model: what its file holds, but for the names.

    >>> stored_bytes(Linear(10, 10))
    400
    """
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())


def save_quantized(model: QuantizedLlama, path: str | Path) -> int:
    """Write one safetensors file, whole or not at all; return its size in bytes. Its header tells the shape."""
    kinds = {name: type(part).__name__ for name, part in model.named_modules() if isinstance(part, PackedLinear)}
    groups = {name: model.get_submodule(name).group_size for name in kinds}
    config = asdict(model.config)
    if config.pop("rope_scaling") is not None:
        raise ValueError("a model with scaled rotary positions cannot be written here")
    about = {"format": "pt", "config": json.dumps(config), "packed": json.dumps(kinds), "groups": json.dumps(groups)}
    path = Path(path)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, partial, metadata=about)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path.stat().st_size


def load_quantized(path: str | Path, device: torch.device | str = "cpu") -> QuantizedLlama:
    """Read a file of `save_quantized`. Raises FileNotFoundError, and ValueError for a damaged file or another kind."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"no quantized model at {path}: write one with save_quantized")
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (the file is no dictionary)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}): write it again") from None
    if "packed" not in about:
        raise ValueError(f"{path} holds no quantized Llama: write one with save_quantized")
    with torch.device("meta"):
        model = QuantizedLlama(LlamaConfig(**json.loads(about["config"])))
        groups = json.loads(about["groups"])
        for name, kind in json.loads(about["packed"]).items():
            parent, _, last = name.rpartition(".")
            shape = model.get_submodule(name).weight
            model.get_submodule(parent).register_module(last, LAYERS[kind](shape, groups[name]))
    model.load_state_dict(tensors, assign=True)
    return model.requires_grad_(False).eval().to(device)
