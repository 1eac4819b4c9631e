"""The course's character model: 2,000 steps on Shakespeare, recorded by `benchmarks/record_char_gpt.py`."""

import torch

from llmai_edu.models.gpt import GPT
from llmai_edu.pretrained.gpt2 import load_gpt2
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers import CharTokenizer

__all__ = ["load_char_gpt"]

SHA256 = {
    "char_gpt/model.safetensors": "0187a0161eabb0ea1f2d851ad74673994b44cb0d99e77f4b392a7a98c338edaa",
    "char_gpt/config.json": "688ab13160c26d38641cb7032845ba0814b9aa96cca0b8ebef73351d78509a14",
    "char_gpt/tokenizer.json": "22b4b8e8caa88f22c7b8408c7b2ef7cd0df40af13989fdeb5108887c6f5b8f82",
}


def load_char_gpt(device: torch.device | str = "cpu") -> tuple[GPT, CharTokenizer]:
    """The recorded character model, ready to write, and its alphabet.

    The folder has the hub's layout and half precision (1.6 MB); the weights are brought back to float32, in which the
    CPU computes. Raises DataError when a file of the package is missing or is not the recorded one.

    >>> model, tokenizer = load_char_gpt()
    >>> sum(p.numel() for p in model.parameters()), tokenizer.vocab_size
    (812288, 84)
    """
    paths = {name: checked_file(name, sha256) for name, sha256 in SHA256.items()}
    model = load_gpt2(paths["char_gpt/config.json"].parent, device)
    return model, CharTokenizer.load(paths["char_gpt/tokenizer.json"])
