"""The course's small GPT for code: it fills in the middle of a program, and comes with its tokenizer and its log.

`benchmarks/record_course_code.py` trained it on three quarters of Python's standard library. The files come with the
package.
"""

import json
from typing import Any

import torch

from llmai_edu.models.gpt import GPT
from llmai_edu.pretrained.gpt2 import load_gpt2
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers import BPETokenizer

__all__ = ["course_code_log", "load_course_code"]

SHA256 = {
    "course_code/config.json": "737106c71d960af04f8f0125464f47a490dd86c41893048fcbef53ebcb1a1921",
    "course_code/log.json": "5954a7bcfe7b35dcc1724a636efc502bdbc570d7c64ef73f21a6fe9586aee11f",
    "course_code/model.safetensors": "abd7a85266c7be9d92b10270b5fe2f85bf95eb1714cec35d90e35e3a50917462",
    "course_code/tokenizer.json": "463c2d4e5504b2d38184633c8937a0822100f249150f21d9d82e9acb17b3fb9e",
}


def load_course_code(device: torch.device | str = "cpu") -> tuple[GPT, BPETokenizer]:
    """The recorded GPT, ready to write, and its tokenizer with the special tokens of `training.fim`.

    The weights are stored in half precision (4.3 MB) and brought back to float32. Raises DataError when a file of the
    package is missing or is not the recorded one.

    >>> model, tokenizer = load_course_code()
    >>> model.config.n_positions, tokenizer.vocab_size
    (256, 4096)
    """
    paths = {name: checked_file(name, sha256) for name, sha256 in SHA256.items()}
    tokenizer = BPETokenizer.load(paths["course_code/tokenizer.json"])
    return load_gpt2(paths["course_code/config.json"].parent, device), tokenizer


def course_code_log() -> dict[str, Any]:
    """How it was trained: the settings, the machine, and the loss on held-out windows, with holes and without.

    Raises DataError as above.

    >>> sorted(course_code_log()["log"][0])
    ['holes', 'left to right', 'loss', 'seconds', 'step']
    """
    path = checked_file("course_code/log.json", SHA256["course_code/log.json"])
    return json.loads(path.read_text(encoding="utf-8"))
