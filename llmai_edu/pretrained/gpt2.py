"""GPT-2 and every model of its shape: read from the hub's layout into our GPT, and written back.

The real weights are 0.5 GB and more, and come from the hub, where it can be reached:
`load_gpt2("openai-community/gpt2")`.
"""

import re
from pathlib import Path
from typing import Any

import torch

from llmai_edu.models.gpt import GPT, GPTConfig
from llmai_edu.pretrained.hub_folder import find_hub_folder, load_weights, read_hub_folder, write_hub_folder

__all__ = ["load_gpt2", "save_gpt2"]

SIZES = ("vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "layer_norm_epsilon")
#: What GPT-2's configuration may say, and our GPT takes for granted: another value is another model.
FIXED = {
    "model_type": ("gpt2",),
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "add_cross_attention": (False,),
    "tie_word_embeddings": (True,),
}
MASKS = re.compile(r"h\.\d+\.attn\.(masked_)?bias")  # causal masks, which old files store as if they were weights


def load_gpt2(name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> GPT:
    """A GPT-2 from a folder, or by its name on the hub, in evaluation mode.

    Its tokenizer is `llmai_edu.tokenizers.gpt2_tokenizer()`. Raises FileNotFoundError when there is no such model, and
    ValueError when it is not a GPT-2 or its file is damaged.

    >>> model = load_gpt2("openai-community/gpt2")        # doctest: +SKIP
    >>> sum(p.numel() for p in model.parameters())        # doctest: +SKIP
    124439808
    """
    folder = find_hub_folder(name_or_path)
    about, tensors = read_hub_folder(folder)
    config = read_config(about, folder)
    with torch.device("meta"):
        model = GPT(config)  # shapes only: nothing is drawn that would be overwritten
    weights = {}
    for name, tensor in tensors.items():
        name = name.removeprefix("transformer.")  # the first files of the hub have no prefix
        if name == "lm_head.weight" or MASKS.fullmatch(name):  # the head is wte itself
            continue
        weights[name] = tensor.to(device, dtype)
    load_weights(model, weights, folder)
    return model.eval()


def read_config(about: dict[str, Any], source: Path) -> GPTConfig:
    """The shape that a `config.json` describes. Raises ValueError when it is not that of a GPT-2."""
    for key, allowed in FIXED.items():
        found = about.get(key, allowed[0])
        if found not in allowed:
            raise ValueError(f"{source} has {key} {found!r}; our GPT can only do {allowed[0]!r}")
    if missing := [size for size in SIZES[:-1] if size not in about]:
        raise ValueError(f"the config.json of {source} says nothing about {', '.join(missing)}")
    if about.get("n_inner") not in (None, 4 * about["n_embd"]):
        raise ValueError(f"{source} has n_inner {about['n_inner']}; our GPT can only do 4 * n_embd")
    dropout = about.get("resid_pdrop", 0.0)
    return GPTConfig(**{size: about[size] for size in SIZES if size in about}, dropout=dropout)


def save_gpt2(model: GPT, folder: str | Path) -> None:
    """Write a GPT so that `transformers` opens it unchanged: GPT2LMHeadModel.from_pretrained(folder).

    Raises OSError where the folder cannot be written.
    """
    config = model.config
    about: dict[str, Any] = {size: getattr(config, size) for size in SIZES}
    about |= {key: allowed[0] for key, allowed in FIXED.items()} | {"architectures": ["GPT2LMHeadModel"]}
    about |= dict.fromkeys(("embd_pdrop", "attn_pdrop", "resid_pdrop"), config.dropout)
    about |= {"bos_token_id": None, "eos_token_id": None}  # the defaults would be GPT-2's, outside of our vocabulary
    write_hub_folder(folder, about, {f"transformer.{name}": weight for name, weight in model.state_dict().items()})
