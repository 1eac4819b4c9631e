"""course-base, the language model that the course itself trained, with its tokenizer, its log and its two cards.

`llmai-edu pretrain course_base` trained it, `benchmarks/record_course_base.py` measured it and wrote it down; it is the
rung "course-base" of the ladder. The files come with the package.
"""

import json
from typing import Any

import torch

from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.llama_hub import load_llama
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers import BPETokenizer

__all__ = ["CONTEXT", "course_base_card", "course_base_log", "course_base_tokenizer", "load_course_base"]

CONTEXT = 256  # tokens of a row in training: what it reads beyond them, it never learned to read
SHA256 = {
    "course_base/config.json": "a4b2d1312bc82a9f02c03aa24500a9d455ae3764a4b6aef0e62e64020abde838",
    "course_base/data_card.md": "c88d93ccd17904b5efaa6a64f6f096ac1be2d872914221e580bb12d36f262547",
    "course_base/log.jsonl": "6ea0712def681fb91b249140774aac4b4fe7da2b654b9b2c6a8f1fedf73bbfb5",
    "course_base/model.safetensors": "a3227790b44c084704ffa674509aee9f2cc0abd4fa49c2fb4af1d11b76033a7e",
    "course_base/model_card.md": "019cadba7d91ee599b3853150946b389189e7d1718755fd422d7619e26c40641",
    "course_base/tokenizer.json": "753b1d747c5efcde823af809c56b975bd4aa38082d8613d1f725cd0564199b5d",
}


def load_course_base(device: torch.device | str = "cpu") -> tuple[Llama, BPETokenizer]:
    """The course's base model, ready to write and to be measured, and the tokenizer that it was trained with.

    The folder has the hub's layout and bfloat16 weights (9.7 MB); they are brought to float32, in which the CPU
    computes. A text begins with the tokenizer's special token "<|endoftext|>". Raises DataError when a file of the
    package is missing or is not the recorded one.

    >>> model, tokenizer = load_course_base()
    >>> model.config.num_hidden_layers, tokenizer.vocab_size
    (4, 6144)
    """
    folder = checked_file("course_base/config.json", SHA256["course_base/config.json"]).parent
    checked_file("course_base/model.safetensors", SHA256["course_base/model.safetensors"])
    return load_llama(folder, device), course_base_tokenizer()


def course_base_tokenizer() -> BPETokenizer:
    """The tokenizer of course-base and course-large, learned from their training text. Raises DataError as above.

    >>> course_base_tokenizer().vocab_size
    6144
    """
    return BPETokenizer.load(checked_file("course_base/tokenizer.json", SHA256["course_base/tokenizer.json"]))


def course_base_log() -> list[dict[str, Any]]:
    """What the long run wrote down: one entry an evaluation, with step, tokens, loss, rate, and bits per byte.

    Raises DataError as `load_course_base`.

    >>> sorted(course_base_log()[0])
    ['bits_per_byte', 'loss', 'rate', 'seconds', 'step', 'tokens']
    """
    path = checked_file("course_base/log.jsonl", SHA256["course_base/log.jsonl"])
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def course_base_card(name: str = "model") -> str:
    """The model card, or with "data" the data card, in Markdown. Raises ValueError for another name.

    >>> course_base_card().splitlines()[0]
    '# course-base'
    """
    if name not in ("model", "data"):
        raise ValueError(f"there is a 'model' card and a 'data' card, none called {name!r}")
    file = f"course_base/{name}_card.md"
    return checked_file(file, SHA256[file]).read_text(encoding="utf-8")
