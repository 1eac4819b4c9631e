"""The course's own GPT: half an hour of one core on the speeches, recorded, and its tokenizer.

`benchmarks/record_neural_rungs.py` trained it; it is the rung "GPT" of the ladder. The files come with the package.
"""

import torch

from llmai_edu.models.gpt import GPT
from llmai_edu.pretrained.course_lstm import SHA256 as LSTM_SHA256
from llmai_edu.pretrained.course_lstm import TOKENIZER
from llmai_edu.pretrained.gpt2 import load_gpt2
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers import BPETokenizer

__all__ = ["load_course_gpt"]

SHA256 = {
    "course_gpt/model.safetensors": "8c8b0634d15e9e65b094092c5b0ad2d9096b6d9f821eafd2ef8f04e661011eec",
    "course_gpt/config.json": "51ed3eb4b53373f6814e87f5f6a9abdeb83f4b7e09ee3d454ff05743f87e9f27",
}


def load_course_gpt(device: torch.device | str = "cpu") -> tuple[GPT, BPETokenizer]:
    """The recorded GPT, ready to write and to be measured, and the tokenizer that it was trained with.

    The folder has the hub's layout and half precision (6.9 MB); the weights are brought back to float32, in which the
    CPU computes. A text begins with the tokenizer's special token "<|endoftext|>". Raises DataError when a file of
    the package is missing or is not the recorded one.

    >>> model, tokenizer = load_course_gpt()
    >>> sum(p.numel() for p in model.parameters()), tokenizer.vocab_size
    (3451136, 4096)
    """
    paths = {name: checked_file(name, sha256) for name, sha256 in SHA256.items()}
    model = load_gpt2(paths["course_gpt/config.json"].parent, device)
    return model, BPETokenizer.load(checked_file(TOKENIZER, LSTM_SHA256[TOKENIZER]))
