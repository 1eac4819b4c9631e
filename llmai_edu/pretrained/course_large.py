"""course-large: the recipe of course-base, the model nearly four times as large, four minutes on a GPU.

It shares course-base's tokenizer and text. `llmai-edu pretrain course_large --compile` trained it,
`benchmarks/record_course_base.py` measured it; it is the rung "course-large" of the ladder.
"""

import json
from typing import Any

import torch

from llmai_edu.models.llama import Llama
from llmai_edu.pretrained.course_base import course_base_tokenizer
from llmai_edu.pretrained.llama_hub import load_llama
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers import BPETokenizer

__all__ = ["CONTEXT", "course_large_card", "course_large_log", "load_course_large"]

CONTEXT = 512  # tokens of a row in training
SHA256 = {
    "course_large/config.json": "f2794ef845a1e0c6832ae8dde7c738e8d4a3f764fdd73ce29296a3d4b5301f75",
    "course_large/log.jsonl": "66ebd1f92914f38e7eaa95d31644def7957e787352037f4517505ca23d4fc37a",
    "course_large/model.safetensors": "fa519ea75d6f59347ec18aa03bd3e44f1849d4b9e565056bdef6dc98b2cd43ad",
    "course_large/model_card.md": "8755fba9bdfee64d47b01ee4801bd498ec8db7da1b82f34b8dd80a54fb8bd509",
    "course_large/weak_decay.jsonl": "b254622a17a1444824ab88ee12123752d8463fda3816721ac7af2deed51b539d",
}


def load_course_large(device: torch.device | str = "cpu") -> tuple[Llama, BPETokenizer]:
    """The larger base model, in float32 and ready to write, and its tokenizer.

    The file holds bfloat16 (34.8 MB). A text begins with the tokenizer's special token "<|endoftext|>". Raises
    DataError when a file of the package is missing or is not the recorded one.

    >>> model, tokenizer = load_course_large()
    >>> model.config.num_hidden_layers, tokenizer.vocab_size
    (6, 6144)
    """
    for name in ("config.json", "model.safetensors"):
        path = checked_file(f"course_large/{name}", SHA256[f"course_large/{name}"])
    return load_llama(path.parent, device), course_base_tokenizer()


def course_large_log(run: str = "log") -> list[dict[str, Any]]:
    """What the run wrote down, one entry an evaluation; with "weak_decay", the same run with a weight decay of 0.1.

    The fields are those of `course_base_log`. Raises ValueError for another name, DataError as `load_course_large`.

    >>> course_large_log()[-1]["step"]
    3000
    """
    if run not in ("log", "weak_decay"):
        raise ValueError(f"there is the 'log' and the log of 'weak_decay', none called {run!r}")
    path = checked_file(f"course_large/{run}.jsonl", SHA256[f"course_large/{run}.jsonl"])
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def course_large_card() -> str:
    """The model card, in Markdown.

    >>> course_large_card().splitlines()[0]
    '# course-large'
    """
    path = checked_file("course_large/model_card.md", SHA256["course_large/model_card.md"])
    return path.read_text(encoding="utf-8")
