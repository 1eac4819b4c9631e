"""course-small: course-base with half of its layers and half of their channels, healed by its teacher, in 8 bits.

`benchmarks/record_heal.py` made it, and the control runs beside it; the file comes with the package (lesson 23).
"""

import torch

from llmai_edu.compression.quantized_llama import QuantizedLlama, load_quantized
from llmai_edu.pretrained.packaged import checked_file

__all__ = ["load_course_small"]

SHA256 = "3e4d83008621b0f4dd1548f4440e5fa7331e7709a98f7bec2e408a116142bfc6"


def load_course_small(device: torch.device | str = "cpu") -> QuantizedLlama:
    """The model, ready to be measured; its tokenizer is course-base's, and a text begins as there.

    Raises DataError when the file is missing or is not the recorded one.

    >>> len(load_course_small().layers)
    2
    """
    return load_quantized(checked_file("course_small.safetensors", SHA256), device)
