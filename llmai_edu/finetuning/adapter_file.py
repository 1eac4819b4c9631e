"""LoRA's thin matrices in a folder of `peft`'s layout, which `transformers` opens as well as we do."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from llmai_edu.finetuning.lora import add_lora, lora_layers

__all__ = ["load_adapter", "save_adapter"]

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model.model."  # peft's wrapper, transformers' causal model, and its stack of layers


def save_adapter(model: nn.Module, folder: str | Path, *, base: str = "") -> Path:
    """Write the thin matrices and their settings; return the folder.

    base: the name or the folder of the model that they belong to. Where only some blocks have thin matrices, the
    settings say which. Raises ValueError for a model without LoRA layers, with several ranks, or whose blocks have
    them beside different matrices.
    """
    layers = dict(lora_layers(model))
    settings = {(layer.rank, layer.alpha, layer.dropout.p) for layer in layers.values()}
    if len(settings) != 1:
        raise ValueError(f"an adapter has LoRA layers of one kind, this model has {len(settings)} kinds")
    ((rank, alpha, dropout),) = settings
    tensors = {}
    for name, layer in layers.items():
        for matrix in ("lora_A", "lora_B"):
            tensors[f"{PREFIX}{name}.{matrix}.weight"] = getattr(layer, matrix).detach().cpu().contiguous().clone()
    blocks, targets = blocks_and_targets(layers)
    if len(layers) != len(blocks) * len(targets):
        raise ValueError(f"every tuned block must have thin matrices beside {', '.join(targets)}")
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": dropout,
        "target_modules": targets,
        "layers_to_transform": None if len(blocks) == len(model.layers) else blocks,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
    }
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{WEIGHTS}.{os.getpid()}.part"
    try:
        save_file(tensors, partial, metadata={"format": "pt"})
        os.replace(partial, folder / WEIGHTS)
    finally:
        partial.unlink(missing_ok=True)
    (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    return folder


def load_adapter(model: nn.Module, folder: str | Path) -> nn.Module:
    """Put an adapter beside the matrices of a plain model; return the model.

    Raises FileNotFoundError for a folder without one, and ValueError for another kind of adapter, a damaged file, or
    one that belongs to a model of another shape; the model is then as it was.
    """
    config, tensors = read_adapter(Path(folder))
    names = {key.removeprefix(PREFIX).removesuffix(".weight").rpartition(".")[0] for key in tensors}
    parts = dict(model.named_modules())
    if wrong := sorted(name for name in names if name not in parts):
        raise ValueError(f"{folder} is for another model: this one has no {wrong[0]}")
    for key, tensor in tensors.items():
        name, _, matrix = key.removeprefix(PREFIX).removesuffix(".weight").rpartition(".")
        sizes = set(parts[name].weight.shape)
        if tensor.ndim != 2 or config["r"] not in tensor.shape or not sizes & set(tensor.shape):
            raise ValueError(f"{folder} is for another model: {matrix} of {name} is {tuple(tensor.shape)}")
    blocks, targets = blocks_and_targets(names)
    if len(names) != len(blocks) * len(targets):
        raise ValueError(f"{folder} is incomplete: not every block has {', '.join(targets)}")
    model.requires_grad_(False)
    some = nn.ModuleList(model.layers[block] for block in blocks)
    add_lora(some, targets, rank=config["r"], alpha=config["lora_alpha"])
    for name, layer in lora_layers(model):
        for matrix in ("lora_A", "lora_B"):
            with torch.no_grad():
                getattr(layer, matrix).copy_(tensors[f"{PREFIX}{name}.{matrix}.weight"])
    return model


def blocks_and_targets(names: Iterable[str]) -> tuple[list[int], list[str]]:
    """The numbers of the blocks, and the last parts of the names, of layers such as `layers.3.self_attn.q_proj`.

    >>> blocks_and_targets(["layers.3.self_attn.q_proj", "layers.4.self_attn.q_proj"])
    ([3, 4], ['q_proj'])
    """
    parts = [name.split(".") for name in names]
    return sorted({int(part[1]) for part in parts}), sorted({part[-1] for part in parts})


def read_adapter(folder: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """The settings and the matrices, checked."""
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"no adapter in {folder}: there is no {name}")
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    plain = {"peft_type": "LORA", "bias": "none", "use_dora": False, "use_rslora": False, "fan_in_fan_out": False}
    if other := [f"{key}={config[key]!r}" for key, value in plain.items() if config.get(key, value) != value]:
        raise ValueError(f"{folder} holds another kind of adapter: {', '.join(other)}")
    try:
        return config, load_file(folder / WEIGHTS)
    except SafetensorError as error:
        raise ValueError(f"{folder / WEIGHTS} is damaged ({error}): fetch or save it again") from None
