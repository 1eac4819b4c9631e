"""Checkpoints: tensors as safetensors, all else as JSON in the same file, written whole or not at all.

Not pickle, which `torch.save` uses: a pickle can run any code when it is opened, so a checkpoint from a stranger would
be a program from a stranger. A safetensors file is a JSON header and bare numbers.
"""

import json
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

__all__ = ["load_state", "random_states", "save_state", "set_random_states"]

KIND = "llmai_edu state 1"


def save_state(state: Any, path: str | Path) -> None:
    """Write a state, such as {"model": model.state_dict(), "step": 7}, to one file.

    state: dictionaries, lists and tuples of tensors, numbers, text, True, False and None, as deep as you like.
    Raises TypeError for anything else, naming where it stands, and OSError where the file cannot be written; the old
    file is then as it was.
    """
    tensors: dict[str, torch.Tensor] = {}
    content = _flatten(state, "state", tensors)
    path = Path(path)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        save_file(tensors, partial, metadata={"kind": KIND, "state": json.dumps(content)})
        os.replace(partial, path)  # atomic: whoever looks sees the old file or the new one
    except SafetensorError as error:  # its words for a missing folder or a full disk
        raise OSError(f"cannot write {path}: {error}") from None
    finally:
        partial.unlink(missing_ok=True)


def load_state(path: str | Path) -> Any:
    """Read what `save_state` wrote, tensors on the CPU.

    Raises FileNotFoundError for no file, and ValueError for another kind of file or a damaged one.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            if about.get("kind") != KIND:
                raise ValueError(f"{path} was not written by save_state (found kind {about.get('kind')!r})")
            return _restore(json.loads(about["state"]), file.get_tensor)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or no safetensors file ({error}): use an older checkpoint") from None


def _flatten(value: Any, name: str, tensors: dict[str, torch.Tensor]) -> Any:
    """Put tensors aside under their names, and leave what JSON can hold, which has no tuples and no numbers as keys."""
    if isinstance(value, torch.Tensor):
        tensors[name] = value.detach().cpu().contiguous().clone()  # tied weights are stored twice, which is safe
        return {"tensor": name}
    if isinstance(value, dict):
        return {"dict": [[key, _flatten(v, f"{name}.{key}", tensors)] for key, v in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_flatten(v, f"{name}.{i}", tensors) for i, v in enumerate(value)]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{name} is a {type(value).__name__}, which a checkpoint cannot hold: make it a tensor or a number")


def _restore(content: Any, tensor: Any) -> Any:
    if not isinstance(content, dict):
        return content
    ((kind, value),) = content.items()
    if kind == "tensor":
        return tensor(value)
    if kind == "dict":
        return {key: _restore(v, tensor) for key, v in value}
    return {"list": list, "tuple": tuple}[kind](_restore(v, tensor) for v in value)


def random_states() -> dict[str, Any]:
    """Where the global random numbers of Python, NumPy and torch stand; dropout draws from torch's.

    >>> states = random_states()
    >>> first = torch.rand(1)
    >>> set_random_states(states)
    >>> bool(torch.rand(1) == first)
    True
    """
    name, keys, *rest = np.random.get_state()  # noqa: NPY002  (the global state is what is asked for)
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {
        "python": random.getstate(),
        "numpy": (name, keys.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": cuda,
    }


def set_random_states(states: dict[str, Any]) -> None:
    """Put the global random numbers back to where `random_states` found them."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])  # noqa: NPY002
    torch.set_rng_state(states["torch"])
    if torch.cuda.is_available() and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
