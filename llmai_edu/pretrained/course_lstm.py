"""The course's own LSTM: half an hour of one core on the speeches, recorded, and its tokenizer.

`benchmarks/record_neural_rungs.py` trained it; it is the rung "LSTM" of the ladder. Both files come with the package.
"""

import torch
from safetensors.torch import load_file
from torch import nn

from llmai_edu.models.recurrent_lm import RecurrentLM
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers import BPETokenizer

__all__ = ["load_course_lstm"]

WEIGHTS, TOKENIZER = "neural_lstm.safetensors", "neural_tokenizer.json"
SHA256 = {
    WEIGHTS: "840e1ad04f2b28989901c795320c396e762da55baf398bc24efebaf9f77e7d82",
    TOKENIZER: "8bc5dcd7eef36a185a9e7b4ca80bc6fbd90ee306c70172309bed7175570bc0a9",
}


def load_course_lstm(device: torch.device | str = "cpu") -> tuple[RecurrentLM, BPETokenizer]:
    """The recorded LSTM, ready to write and to be measured, and the tokenizer that it was trained with.

    The file holds the weights in half precision (5.5 MB); they are brought back to float32, in which the CPU computes.
    A text begins with the tokenizer's special token "<|endoftext|>". Raises DataError when a file of the package is
    missing or is not the recorded one.

    >>> model, tokenizer = load_course_lstm()
    >>> sum(p.numel() for p in model.parameters()), tokenizer.vocab_size
    (2760704, 4096)
    """
    tensors = load_file(checked_file(WEIGHTS, SHA256[WEIGHTS]))
    weights = {name.removeprefix("state."): tensor.float() for name, tensor in tensors.items()}
    vocab_size, channels = weights["embed.weight"].shape
    hidden = weights["recurrent.weight_hh_l0"].shape[1]
    model = RecurrentLM(vocab_size, nn.LSTM(channels, hidden, batch_first=True))
    model.load_state_dict(weights)
    return model.eval().to(device), BPETokenizer.load(checked_file(TOKENIZER, SHA256[TOKENIZER]))
