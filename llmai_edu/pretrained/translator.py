"""The course's own translator for the words of programs, English to French and Chinese, trained for lesson 26.

`benchmarks/record_translation.py` trained it and wrote it down. The files come with the package.
"""

import json

import torch
from safetensors.torch import load_file

from llmai_edu.models.t5 import T5Config
from llmai_edu.models.t5_sinusoids import SinusoidT5
from llmai_edu.pretrained.packaged import checked_file
from llmai_edu.tokenizers.bpe import BPETokenizer

__all__ = ["load_translator", "translator_tokenizer"]

SHA256 = {
    "translator/config.json": "340157255720eb1538c6ece4be99f8198ebba395acade26d434a50122d77a3ca",
    "translator/model.safetensors": "76b92f3b409cf3508e1668d2b9c65e85ec905ffa60cac260626dea4c8358c151",
    "translator/tokenizer.json": "b467f9500748d3746861ee8aa853229823f9ceabbb3de2ce7f4942422f240647",
}


def load_translator(device: torch.device | str = "cpu") -> SinusoidT5:
    """The translator, ready to write: 2 layers read, 2 write, 1.3 million parameters.

    The weights are stored in 16 bits and brought to float32. Raises DataError when a file of the package is missing or
    is not the recorded one.

    >>> load_translator().config.num_decoder_layers
    2
    """
    config = json.loads(_file("config.json").read_text(encoding="utf-8"))
    config.pop("model_type", None)
    with torch.device("meta"):
        model = SinusoidT5(T5Config(**config))
    weights = load_file(_file("model.safetensors"), device=str(device))
    model.load_state_dict({key: value.float() for key, value in weights.items()}, assign=True)
    return model.eval().requires_grad_(False)


def translator_tokenizer() -> BPETokenizer:
    """The byte-pair encoding that it was trained with, for all three languages. Raises DataError as above.

    >>> translator_tokenizer().vocab_size
    4096
    """
    return BPETokenizer.load(_file("tokenizer.json"))


def _file(name: str):
    return checked_file(f"translator/{name}", SHA256[f"translator/{name}"])
