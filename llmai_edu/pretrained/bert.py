"""BERT and every encoder of its shape: read from the hub's layout into our BERT, and written back.

The real ones are 0.4 GB and come from the hub, where it can be reached:
`load_bert_for_masked_lm("google-bert/bert-base-uncased")`. MiniLM, which needs no hub, is in `minilm`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from llmai_edu.models.bert import BertConfig, BertForMaskedLM, BertModel
from llmai_edu.pretrained.hub_folder import find_hub_folder, load_weights, read_hub_folder, write_hub_folder

__all__ = ["load_bert", "load_bert_for_masked_lm", "save_bert"]

SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
    "layer_norm_eps",
    "initializer_range",
)
#: What a configuration may say, and our BERT takes for granted: another value is another model.
FIXED = {
    "model_type": ("bert",),
    "hidden_act": ("gelu",),
    "position_embedding_type": ("absolute",),
    "is_decoder": (False,),
    "add_cross_attention": (False,),
    "tie_word_embeddings": (True,),
}
#: Parts of a name in our model and on the hub, tried in this order.
NAMES = (
    ("embeddings.word.", "embeddings.word_embeddings."),
    ("embeddings.position.", "embeddings.position_embeddings."),
    ("embeddings.token_type.", "embeddings.token_type_embeddings."),
    ("embeddings.norm.", "embeddings.LayerNorm."),
    ("layers.", "encoder.layer."),
    (".attention_norm.", ".attention.output.LayerNorm."),
    (".attention.output.", ".attention.output.dense."),
    (".attention.query.", ".attention.self.query."),
    (".attention.key.", ".attention.self.key."),
    (".attention.value.", ".attention.self.value."),
    (".mlp_norm.", ".output.LayerNorm."),
    (".mlp.up.", ".intermediate.dense."),
    (".mlp.down.", ".output.dense."),
)
HEAD = {
    "transform.weight": "cls.predictions.transform.dense.weight",
    "transform.bias": "cls.predictions.transform.dense.bias",
    "norm.weight": "cls.predictions.transform.LayerNorm.weight",
    "norm.bias": "cls.predictions.transform.LayerNorm.bias",
    "bias": "cls.predictions.bias",
}
# Not weights of ours: a list of numbers, the next-sentence task's parts, and the head's copy of what it shares.
LEFT_OUT = re.compile(
    r"(bert\.)?(embeddings\.position_ids|pooler\..*)|cls\.seq_relationship\..*|cls\.predictions\.decoder\..*"
)


def hub_name(name: str) -> str:
    """The hub's name of one of our tensors.

    >>> hub_name("bert.layers.3.mlp.up.weight"), hub_name("bias")
    ('bert.encoder.layer.3.intermediate.dense.weight', 'cls.predictions.bias')
    """
    if name in HEAD:
        return HEAD[name]
    for ours, theirs in NAMES:
        if ours in name and theirs not in name:
            name = name.replace(ours, theirs, 1)
            if ours.startswith("."):  # the last part of the name: the others have nothing to say
                break
    return name


def load_bert(
    name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> BertModel:
    """The encoder of a BERT from a folder, or by its name on the hub, in evaluation mode; a head is left out.

    Raises FileNotFoundError when there is no such model, and ValueError when it is not a BERT or its file is damaged.

    >>> model = load_bert("google-bert/bert-base-uncased")      # doctest: +SKIP
    >>> sum(p.numel() for p in model.parameters())              # doctest: +SKIP
    108891648
    """
    folder, config, tensors = _read(name_or_path)
    with torch.device("meta"):
        model = BertModel(config)  # shapes only: nothing is drawn that would be overwritten
    tensors = {name.removeprefix("bert."): w for name, w in tensors.items() if not name.startswith("cls.")}
    return _fill(model, tensors, folder, device, dtype)


def load_bert_for_masked_lm(
    name_or_path: str | Path, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> BertForMaskedLM:
    """A BERT with its head for masked tokens. Arguments and errors as for `load_bert`; an encoder alone is refused."""
    folder, config, tensors = _read(name_or_path)
    with torch.device("meta"):
        model = BertForMaskedLM(config)
    if not any(name.startswith("cls.predictions.") for name in tensors):
        raise ValueError(f"{folder} holds an encoder without a head for masked tokens; take load_bert")
    return _fill(model, tensors, folder, device, dtype)


def save_bert(model: BertModel | BertForMaskedLM, folder: str | Path) -> None:
    """Write a BERT so that `transformers` opens it with BertModel or BertForMaskedLM `.from_pretrained(folder)`.

    An encoder alone has no pooler: open it with add_pooling_layer=False. Raises OSError where the folder cannot be
    written.
    """
    config = model.config
    about: dict[str, Any] = {size: getattr(config, size) for size in SIZES}
    about |= {key: allowed[0] for key, allowed in FIXED.items()} | {"architectures": [type(model).__name__]}
    about |= dict.fromkeys(("hidden_dropout_prob", "attention_probs_dropout_prob"), config.dropout)
    about["pad_token_id"] = 0
    write_hub_folder(folder, about, {hub_name(name): weight for name, weight in model.state_dict().items()})


def read_config(about: Mapping[str, Any], source: Path) -> BertConfig:
    """The shape that a `config.json` describes. Raises ValueError when it is not that of a BERT."""
    for key, allowed in FIXED.items():
        found = about.get(key, allowed[0])
        if found not in allowed:
            raise ValueError(f"{source} has {key} {found!r}; our BERT can only do {allowed[0]!r}")
    if missing := [size for size in SIZES[:6] if size not in about]:
        raise ValueError(f"the config.json of {source} says nothing about {', '.join(missing)}")
    dropout = about.get("hidden_dropout_prob", 0.0)
    return BertConfig(**{size: about[size] for size in SIZES if size in about}, dropout=dropout)


def _read(name_or_path: str | Path) -> tuple[Path, BertConfig, dict[str, torch.Tensor]]:
    """The folder, the shape, and the tensors under the hub's present names."""
    folder = find_hub_folder(name_or_path)
    about, tensors = read_hub_folder(folder)
    kept = {name: weight for name, weight in tensors.items() if not LEFT_OUT.fullmatch(name)}
    # The first files of the hub call the weight and bias of a norm gamma and beta.
    renamed = {re.sub(r"gamma$", "weight", re.sub(r"beta$", "bias", name)): weight for name, weight in kept.items()}
    return folder, read_config(about, folder), renamed


def _fill(model: nn.Module, tensors: Mapping[str, torch.Tensor], folder: Path, device, dtype) -> Any:
    """Give the model its tensors by our names; a name that we do not know is refused under its own."""
    ours = {hub_name(name): name for name in model.state_dict()}
    load_weights(model, {ours.get(name, name): w.to(device, dtype) for name, w in tensors.items()}, folder)
    return model.eval()
