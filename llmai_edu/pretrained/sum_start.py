"""A small Llama that has begun to add: half of its answers are right. `benchmarks/record_arithmetic.py` trained it."""

import torch

from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.llama_hub import load_llama
from llmai_edu.pretrained.packaged import checked_file

__all__ = ["load_sum_start"]

SHA256 = {
    "sum_start/model.safetensors": "8c198563a6a9a60d323845be6c97b7a15066d6bdfd760ec212abdbb5dc3ac046",
    "sum_start/config.json": "f45d8171d7dfc8ac4e277c57749ce482314794861a9658560161cd08acce20ed",
}


def load_sum_start(device: torch.device | str = "cpu") -> Llama:
    """The model with which learning from preferences begins, in evaluation mode; `sum_tokenizer` has its alphabet.

    Raises DataError when a file of the package is missing or is not the recorded one.

    >>> sum(p.numel() for p in load_sum_start().parameters())
    107776
    """
    paths = [checked_file(name, sha256) for name, sha256 in SHA256.items()]
    return load_llama(paths[0].parent, device)
