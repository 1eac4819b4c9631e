"""A model's folder as the Hugging Face hub lays it out: `config.json` beside `model.safetensors`.

Reading needs no library but safetensors; a name such as "openai-community/gpt2" is fetched by `huggingface_hub`, which
is optional. Weights in a pickle (`pytorch_model.bin`) are not read: a pickle can run any code when it is opened.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

__all__ = ["find_hub_folder", "load_weights", "read_hub_folder", "write_hub_folder"]

CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"


def find_hub_folder(name_or_path: str | Path) -> Path:
    """The folder itself, or that of a model on the hub, downloaded if it is not in the hub's cache yet.

    Raises FileNotFoundError that says what to do when it is neither, or cannot be had.
    """
    folder = Path(name_or_path)
    if folder.is_dir():
        return folder
    if folder.is_absolute() or str(name_or_path).count("/") > 1 or str(name_or_path).startswith("."):
        raise FileNotFoundError(f"no folder {name_or_path}: give one that holds {CONFIG} and {WEIGHTS}")
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
    except ImportError:
        raise FileNotFoundError(
            f"{name_or_path!r} is no folder, and models of the hub need one more package: pip install huggingface_hub"
        ) from None
    try:
        files = [CONFIG, "*.safetensors", INDEX, "tokenizer*", "vocab*", "merges.txt"]
        return Path(snapshot_download(str(name_or_path), allow_patterns=files))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise FileNotFoundError(
            f"{name_or_path!r} is no folder here and could not be fetched from the hub "
            f"({str(error).splitlines()[0]}): check the name and the network, or copy the model's folder"
        ) from None


def read_hub_folder(folder: str | Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """The configuration and all tensors by name, from one weight file or several with an index.

    Raises FileNotFoundError when a file is missing, ValueError when one is damaged.
    """
    folder = Path(folder)
    config = _read_json(folder / CONFIG)
    if (folder / INDEX).is_file():
        names = sorted(set(_read_json(folder / INDEX).get("weight_map", {}).values()))
    else:
        names = [WEIGHTS]
    tensors: dict[str, torch.Tensor] = {}
    for name in names:
        if Path(name).name != name:
            raise ValueError(f"{folder / INDEX} names a file outside of its folder: {name!r}")
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} has no {name}; weights are read from safetensors only")
        try:
            tensors |= load_file(folder / name)
        except SafetensorError as error:
            raise ValueError(f"{folder / name} is damaged or no safetensors file ({error}): fetch it again") from None
    return config, tensors


def write_hub_folder(folder: str | Path, config: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> None:
    """Write `config.json` and `model.safetensors`; each file appears whole or not at all, the weights first.

    Raises OSError where the folder cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{WEIGHTS}.{os.getpid()}.part"
    try:
        save_file(
            {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()},
            partial,
            metadata={"format": "pt"},  # transformers refuses a file without it
        )
        os.replace(partial, folder / WEIGHTS)
        partial.write_text(json.dumps(dict(config), indent=2) + "\n", encoding="utf-8")
        os.replace(partial, folder / CONFIG)
        (folder / INDEX).unlink(missing_ok=True)  # or the old shards would be read
    except SafetensorError as error:
        raise OSError(f"cannot write {folder}: {error}") from None
    finally:
        partial.unlink(missing_ok=True)


def load_weights(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor], source: str | Path) -> None:
    """Give a model the tensors of a file, one for each parameter in its shape and none left over.

    The tensors become the parameters, so a model built under `torch.device("meta")` will do. Raises ValueError that
    names the first tensor that is missing, unknown or of another shape.
    """
    expected = {name: tuple(weight.shape) for name, weight in model.state_dict().items()}
    if missing := sorted(expected.keys() - tensors.keys()):
        raise ValueError(f"{source} lacks {len(missing)} of the model's tensors, first {missing[0]}")
    for name, tensor in tensors.items():
        if name not in expected:
            raise ValueError(f"{source} has a tensor {name!r} that the model has no place for")
        if tuple(tensor.shape) != expected[name]:
            raise ValueError(f"{name} has shape {tuple(tensor.shape)} in {source}, the model expects {expected[name]}")
    model.load_state_dict(dict(tensors), assign=True)


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"no {path.name} in {path.parent}: is it a model's folder?")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON ({error}): fetch it again") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} must hold an object, got {type(content).__name__}: fetch it again")
    return content
