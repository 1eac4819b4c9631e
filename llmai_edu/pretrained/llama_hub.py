"""Llama, Mistral and Qwen3 in the hub's layout: read into our own models, and written for `transformers` to open.

The three share one layout, for they share one architecture; `FAMILIES` tells them apart. Our matrices are the
transposes of the file's, whose rows are the outputs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch

from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.models.mistral import Mistral, MistralConfig
from llmai_edu.models.qwen3 import Qwen3, Qwen3Config
from llmai_edu.pretrained.hub_folder import find_hub_folder, load_weights, read_hub_folder, write_hub_folder
from llmai_edu.pretrained.hub_rope import read_rope, rope_entries
from llmai_edu.pretrained.smollm2 import is_turned

__all__ = ["load_llama", "load_mistral", "load_qwen3", "save_llama", "save_mistral", "save_qwen3"]


class Family(NamedTuple):
    """The classes of one family, and what else its `config.json` tells beside the sizes that all three have."""

    model: type[Llama]
    config: type[LlamaConfig]
    more: tuple[str, ...] = ()


FAMILIES = {
    "llama": Family(Llama, LlamaConfig),
    "mistral": Family(Mistral, MistralConfig, ("sliding_window",)),
    "qwen3": Family(Qwen3, Qwen3Config, ("head_dim",)),
}
SIZES = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "max_position_embeddings",
)
DEFAULTS = {"rms_norm_eps": 1e-6, "tie_word_embeddings": False}  # of the hub's Llama, where its file is silent
#: What a configuration may say, and our models take for granted: another value is another model.
FIXED = {
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
    "use_sliding_window": False,
    "quantization_config": None,
}


def load_llama(
    name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Llama:
    """A Llama (1 to 3.2, SmolLM, SmolLM2 …) from a folder, or by its name on the hub, in evaluation mode.

    Raises FileNotFoundError when there is no such model, and ValueError when it is no Llama, does something that ours
    does not, or its file is damaged.

    >>> model = load_llama("HuggingFaceTB/SmolLM2-135M")  # doctest: +SKIP
    >>> sum(p.numel() for p in model.parameters())        # doctest: +SKIP
    134515008
    """
    return load(name_or_path, "llama", device, dtype)


def load_mistral(
    name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Mistral:
    """A Mistral from a folder, or by its name on the hub; otherwise as `load_llama`.

    >>> model = load_mistral("mistralai/Mistral-7B-v0.1", dtype=torch.bfloat16)     # doctest: +SKIP
    >>> model.window                                                                # doctest: +SKIP
    4096
    """
    return load(name_or_path, "mistral", device, dtype)


def load_qwen3(
    name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Qwen3:
    """A Qwen3 (dense, not the mixture of experts) from a folder, or by its name on the hub; otherwise as `load_llama`.

    >>> model = load_qwen3("Qwen/Qwen3-0.6B")             # doctest: +SKIP
    >>> model.config.head_dim                             # doctest: +SKIP
    128
    """
    return load(name_or_path, "qwen3", device, dtype)


def save_llama(model: Llama, folder: str | Path, dtype: torch.dtype | None = None) -> None:
    """Write a Llama so that `transformers` opens it unchanged: LlamaForCausalLM.from_pretrained(folder).

    dtype: of the file, such as torch.bfloat16 for one of half the size; without it, that of the weights. Raises
    ValueError when it is one of the other models, and OSError where the folder cannot be written.
    """
    save(model, "llama", folder, dtype)


def save_mistral(model: Mistral, folder: str | Path) -> None:
    """Write a Mistral: MistralForCausalLM.from_pretrained(folder); otherwise as `save_llama`."""
    save(model, "mistral", folder)


def save_qwen3(model: Qwen3, folder: str | Path) -> None:
    """Write a Qwen3: Qwen3ForCausalLM.from_pretrained(folder); otherwise as `save_llama`."""
    save(model, "qwen3", folder)


def load(name_or_path: str | Path, kind: str, device: torch.device | str, dtype: torch.dtype) -> Any:
    """A model of one family: its shape from `config.json`, then every tensor to its place."""
    folder = find_hub_folder(name_or_path)
    about, tensors = read_hub_folder(folder)
    config = read_config(about, kind, folder)
    with torch.device("meta"):
        model = FAMILIES[kind].model(config)  # shapes only: nothing is drawn that would be overwritten
    weights = {}
    for name, tensor in our_names(tensors, config.tie_word_embeddings, folder).items():
        turned = tensor.T if is_turned(name, tensor.ndim) else tensor
        weights[name] = turned.to(device, dtype).contiguous()
    load_weights(model, weights, folder)
    return model.eval()


def read_config(about: Mapping[str, Any], kind: str, source: Path) -> LlamaConfig:
    """The shape that a `config.json` describes. Raises ValueError when it is not that of this family."""
    if about.get("model_type") != kind:
        raise ValueError(f"{source} holds a model of kind {about.get('model_type')!r}, not {kind!r}")
    for key, allowed in FIXED.items():
        if about.get(key) not in (None, allowed):
            raise ValueError(f"{source} has {key} {about[key]!r}; our models can only do {allowed!r}")
    family = FAMILIES[kind]
    found = DEFAULTS | {key: about[key] for key in (*SIZES, *family.more, *DEFAULTS) if key in about}
    if found.get("num_key_value_heads") is None and "num_attention_heads" in found:
        found["num_key_value_heads"] = found["num_attention_heads"]  # before grouped queries, nobody had to say so
    if missing := [key for key in (*SIZES, *family.more) if key not in found]:
        raise ValueError(f"the config.json of {source} says nothing about {', '.join(missing)}")
    check_layers(about, found.get("sliding_window"), source)
    try:
        theta, scaling = read_rope(about)
        config = family.config(**found, rope_theta=theta, rope_scaling=scaling)
    except ValueError as error:
        raise ValueError(f"{source} describes no {kind} that ours could be: {error}") from None
    if (size := about.get("head_dim")) not in (None, config.head_dim):
        raise ValueError(f"{source} has head_dim {size}; our {kind} can only do hidden_size / num_attention_heads")
    return config


def check_layers(about: Mapping[str, Any], window: int | None, source: Path) -> None:
    """Refuse a model in which some layers look through a window, and others do not."""
    expected = "full_attention" if window is None else "sliding_attention"
    if others := sorted(set(about.get("layer_types") or ()) - {expected}):
        raise ValueError(f"{source} has layers of type {others[0]!r}; ours would all be {expected!r}")


def our_names(tensors: Mapping[str, torch.Tensor], tied: bool, source: Path) -> dict[str, torch.Tensor]:
    """The tensors of a file under the names of our parameters, still (out, in).

    A tied model has one matrix for both ends, which the hub calls the embedding, and we the head. Raises ValueError
    when a file that says so holds two different ones.
    """
    ours = {name.removeprefix("model."): tensor for name, tensor in tensors.items()}
    ours = {name: tensor for name, tensor in ours.items() if not name.endswith("rotary_emb.inv_freq")}  # of old files
    if tied and "embed_tokens.weight" in ours:
        table = ours.pop("embed_tokens.weight")
        if not torch.equal(ours.get("lm_head.weight", table), table):
            raise ValueError(f"{source} says that embedding and head are one matrix, but holds two different ones")
        ours["lm_head.weight"] = table
    return ours


def save(model: Llama, kind: str, folder: str | Path, dtype: torch.dtype | None = None) -> None:
    """Write the shape and every matrix of a model, under the names of the hub and (out, in)."""
    family, config = FAMILIES[kind], model.config
    if type(model) is not family.model:
        raise ValueError(f"this is a {type(model).__name__}, no {family.model.__name__}: save it as what it is")
    about = {"model_type": kind, "architectures": [f"{family.model.__name__}ForCausalLM"]}
    about |= {key: getattr(config, key) for key in (*SIZES, *DEFAULTS, *family.more)}
    about |= rope_entries(config.rope_theta, config.rope_scaling) | {"head_dim": config.head_dim}
    about |= {key: FIXED[key] for key in ("hidden_act", "attention_bias")}
    if dtype is not None:
        about["dtype"] = str(dtype).removeprefix("torch.")
    about |= {"bos_token_id": None, "eos_token_id": None}  # the defaults would be those of Llama's own tokenizer
    tensors = {}
    for name, tensor in model.state_dict().items():
        turned = (tensor.T if is_turned(name, tensor.ndim) else tensor).to(dtype)
        if name == "lm_head.weight" and config.tie_word_embeddings:
            name = "embed_tokens.weight"
        tensors[name if name == "lm_head.weight" else f"model.{name}"] = turned
    write_hub_folder(folder, about, tensors)
