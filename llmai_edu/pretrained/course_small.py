"""course-small, a Llama of a quarter of course-base's size that learned from it (lesson 23).

`benchmarks/record_distill.py` trained it, and the control runs beside it; the file comes with the package.
"""

import torch
from safetensors.torch import load_file

from llmai_edu.models.llama import Llama
from llmai_edu.models.llama_config import LlamaConfig
from llmai_edu.pretrained.packaged import checked_file

__all__ = ["CONFIG", "load_course_small"]

CONFIG = LlamaConfig(
    vocab_size=6144,
    hidden_size=128,
    intermediate_size=352,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=4,
    max_position_embeddings=512,
)
SHA256 = "0000000000000000000000000000000000000000000000000000000000000000"


def load_course_small(device: torch.device | str = "cpu") -> Llama:
    """The student in float32; its tokenizer is course-base's, and a text begins as there.

    The file has bfloat16 weights (2.8 MB). Raises DataError when it is missing or is not the recorded one.

    >>> sum(p.numel() for p in load_course_small().parameters())
    1389440
    """
    path = checked_file("course_small.safetensors", SHA256)
    with torch.device("meta"):
        model = Llama(CONFIG)
    weights = {name: weight.to(device, torch.float32) for name, weight in load_file(path).items()}
    model.load_state_dict(weights, assign=True)
    return model.eval()
