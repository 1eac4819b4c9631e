"""T5 and its kin (T5 1.1, Flan-T5, mT5): read from the hub's layout into our T5, and written back.

The real weights come from the hub, where it can be reached: `load_t5("google-t5/t5-small")`, 0.24 GB.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from llmai_edu.models.t5 import T5, T5Config
from llmai_edu.pretrained.hub_folder import find_hub_folder, load_weights, read_hub_folder, write_hub_folder

__all__ = ["load_t5", "save_t5"]

SIZES = ("vocab_size", "d_model", "d_kv", "d_ff", "num_layers", "num_heads")
# What a configuration may leave out; then our T5Config has T5's own value.
OPTIONS = (
    "num_decoder_layers",
    "relative_attention_num_buckets",
    "relative_attention_max_distance",
    "dropout_rate",
    "layer_norm_epsilon",
    "feed_forward_proj",
    "pad_token_id",
    "eos_token_id",
    "decoder_start_token_id",
)
# Copies of the embeddings in old files, and a bias of the cross-attention that no T5 ever used.
LEFT_OUT = (
    "encoder.embed_tokens.weight",
    "decoder.embed_tokens.weight",
    "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
)


def load_t5(name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> T5:
    """A T5 from a folder, or by its name on the hub, in evaluation mode.

    Raises FileNotFoundError when there is no such model, and ValueError when it is no T5 or its file is damaged.

    >>> model = load_t5("google-t5/t5-small")             # doctest: +SKIP
    >>> sum(p.numel() for p in model.parameters())        # doctest: +SKIP
    60506624
    """
    folder = find_hub_folder(name_or_path)
    about, tensors = read_hub_folder(folder)
    if "shared.weight" not in tensors and LEFT_OUT[0] in tensors:
        tensors["shared.weight"] = tensors[LEFT_OUT[0]]
    head = tensors.get("lm_head.weight")
    if head is not None and torch.equal(head, tensors.get("shared.weight", head.new_empty(0))):
        del tensors["lm_head.weight"]  # a copy: the two are one matrix
    config = read_config(about, tied="lm_head.weight" not in tensors, source=folder)
    with torch.device("meta"):
        model = T5(config)  # shapes only: nothing is drawn that would be overwritten
    ours = {hub: (name, turned) for name, hub, turned in tensor_names(model)}
    weights = {}
    for hub, tensor in tensors.items():
        if hub in LEFT_OUT:
            continue
        name, turned = ours.get(hub, (hub, False))  # load_weights refuses what it does not know
        weights[name] = (tensor.T.contiguous() if turned else tensor).to(device, dtype)
    load_weights(model, weights, folder)
    return model.eval()


def read_config(about: dict[str, Any], tied: bool, source: Path) -> T5Config:
    """The shape that a `config.json` describes; whether the head is tied, the tensors say.

    Raises ValueError when it is not that of a T5.
    """
    if about.get("model_type") not in ("t5", "mt5"):
        raise ValueError(f"{source} holds a model of type {about.get('model_type')!r}, not a T5")
    if missing := [size for size in SIZES if size not in about]:
        raise ValueError(f"the config.json of {source} says nothing about {', '.join(missing)}")
    given = {key: about[key] for key in (*SIZES, *OPTIONS) if about.get(key) is not None}
    scaled = about.get("scale_decoder_outputs", about.get("tie_word_embeddings", True))
    return T5Config(**given, tie_word_embeddings=tied, scale_decoder_outputs=scaled)


def save_t5(model: T5, folder: str | Path) -> None:
    """Write a T5 so that `transformers` opens it unchanged: T5ForConditionalGeneration.from_pretrained(folder).

    Raises OSError where the folder cannot be written.
    """
    config, weights = model.config, model.state_dict()
    about: dict[str, Any] = {key: getattr(config, key) for key in (*SIZES, *OPTIONS)}
    about |= {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "is_encoder_decoder": True}
    about |= {"num_decoder_layers": config.decoder_layers, "scale_decoder_outputs": config.scaled_head}
    about |= {"tie_word_embeddings": config.tie_word_embeddings}
    names = tensor_names(model)
    write_hub_folder(folder, about, {hub: weights[name].T if turned else weights[name] for name, hub, turned in names})


def tensor_names(model: T5) -> Iterator[tuple[str, str, bool]]:
    """For each of our tensors: its name, its name on the hub, and whether the hub stores it as (out, in)."""
    for name in model.state_dict():
        stack, *path = name.split(".")
        if stack in ("encoder", "decoder"):
            block, part, *rest = path
            hub = f"{stack}.block.{block}.{_layer_name(model.config, stack, part, rest[0])}.weight"
            yield name, hub, not part.endswith("norm")
        elif stack.endswith("_bias"):  # on the hub it belongs to the first block, which all others follow
            first = stack.removesuffix("_bias")
            yield name, f"{first}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", False
        elif stack.endswith("_norm"):
            yield name, f"{stack.removesuffix('_norm')}.final_layer_norm.weight", False
        else:
            yield name, name, stack == "lm_head"


def _layer_name(config: T5Config, stack: str, part: str, matrix: str) -> str:
    """What the hub calls a layer of a block: ours are named, the hub's numbered."""
    kind = part.split("_")[0]
    number = {"self": 0, "cross": 1, "ff": 2 if stack == "decoder" else 1}[kind]
    gated = config.feed_forward_proj == "gated-gelu"
    inside = {"gate": "wi_0", "up": "wi_1" if gated else "wi", "down": "wo"}.get(matrix, matrix)
    layer = {"self": "SelfAttention", "cross": "EncDecAttention", "ff": "DenseReluDense"}[kind]
    return f"layer.{number}." + ("layer_norm" if part.endswith("_norm") else f"{layer}.{inside}")
