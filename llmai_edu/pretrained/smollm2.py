"""SmolLM2-135M-Instruct, read from its GGUF file into our own Llama (Ben Allal et al. 2025, "SmolLM2").

The reader takes any GGUF file of the Llama architecture, without scaled rotary positions.
"""

from pathlib import Path

import torch
from tqdm.auto import tqdm

from llmai_edu.datasets import smollm2_gguf
from llmai_edu.models.llama import Llama, LlamaConfig
from llmai_edu.pretrained.gguf_file import GGUFFile, open_gguf

# Where the file says what our configuration asks for.
CONFIG_KEYS = {
    "hidden_size": "embedding_length",
    "intermediate_size": "feed_forward_length",
    "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "max_position_embeddings": "context_length",
    "rope_theta": "rope.freq_base",
    "rms_norm_eps": "attention.layer_norm_rms_epsilon",
}

# What the tensors of a block are called in the file, and in our model.
BLOCK_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def load_smollm2(
    device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32, *, progress: bool = False
) -> Llama:
    """The real SmolLM2-135M-Instruct in our own Llama: 134.5 million parameters, about 3 seconds, 0.6 GB in
    float32.

    Its tokenizer is `llmai_edu.tokenizers.smollm2_tokenizer()`. `progress` shows a bar. The weights are those
    of the Q4_1 file, about 5 bits each, so they differ a little from the model as it was published. Raises
    DataError when the file is not in the cache and cannot be fetched.

    >>> model = load_smollm2()                            # doctest: +SKIP
    >>> sum(p.numel() for p in model.parameters())        # doctest: +SKIP
    134515008
    """
    return load_llama_gguf(smollm2_gguf(), device, dtype, progress=progress)


def load_llama_gguf(
    path: str | Path,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    *,
    progress: bool = False,
) -> Llama:
    """Any Llama from a GGUF file. Every tensor of the file must find its place, and every parameter its
    tensor.

    Raises FileNotFoundError or ValueError that says what is wrong with the file.
    """
    file = open_gguf(path)
    config = read_config(file)
    with torch.device("meta"):
        model = Llama(config)  # shapes only: nothing is drawn that would be overwritten
    names = {tensor: parameter_name(tensor, config.tie_word_embeddings) for tensor in file.tensors}
    shapes = {name: file.tensors[tensor].shape for tensor, name in names.items()}
    check_shapes(model, {name: shape[::-1] if is_turned(name, len(shape)) else shape for name, shape in shapes.items()})
    weights = {}
    for tensor, name in tqdm(names.items(), desc="reading weights", unit="tensor", disable=not progress):
        weight = file.read(tensor)
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            weight = pair_halves(weight, config.head_dim)
        if is_turned(name, weight.ndim):
            weight = weight.T
        weights[name] = weight.to(device, dtype).contiguous()
    model.load_state_dict(weights, assign=True)  # the model takes them as its own
    return model


def read_config(file: GGUFFile) -> LlamaConfig:
    """The shape of the Llama in this file. Raises ValueError when it holds something else."""
    architecture = file.metadata.get("general.architecture")
    if architecture != "llama":
        raise ValueError(f"{file.path.name} holds a model of kind {architecture!r}; only 'llama' can be read")
    if "llama.rope.scaling.type" in file.metadata:
        raise ValueError(f"{file.path.name} scales its rotary positions, which our Llama does not do")
    try:
        values = {name: file.metadata[f"llama.{key}"] for name, key in CONFIG_KEYS.items()}
        vocab_size = file.tensors["token_embd.weight"].shape[0]
    except KeyError as error:
        raise ValueError(f"{file.path.name} says nothing about {error}: it is no complete Llama") from error
    try:
        config = LlamaConfig(vocab_size, **values, tie_word_embeddings="output.weight" not in file.tensors)
    except ValueError as error:
        raise ValueError(f"{file.path.name} describes no Llama: {error}") from None
    if config.num_hidden_layers > len(file.tensors):  # or a damaged number would build millions of layers
        raise ValueError(
            f"{file.path.name} announces {config.num_hidden_layers} layers, but holds {len(file.tensors)} tensors"
        )
    return config


def parameter_name(name: str, tied: bool) -> str:
    """Where a tensor of the file belongs in our Llama.

    >>> parameter_name("blk.7.attn_q.weight", tied=True)
    'layers.7.self_attn.q_proj.weight'

    Raises ValueError for a tensor that our Llama has no place for.
    """
    match name.split("."):
        case ["blk", layer, part, "weight"] if part in BLOCK_NAMES:
            return f"layers.{layer}.{BLOCK_NAMES[part]}.weight"
        case ["token_embd", "weight"]:
            return "lm_head.weight" if tied else "embed_tokens.weight"
        case ["output", "weight"]:
            return "lm_head.weight"
        case ["output_norm", "weight"]:
            return "norm.weight"
    raise ValueError(f"the file has a tensor {name!r}, which our Llama has no place for")


def pair_halves(weight: torch.Tensor, head_dim: int) -> torch.Tensor:
    """Reorder the rows of a query or key matrix from neighbouring pairs to pairs of halves.

    llama.cpp turns channels 2i and 2i + 1 together, we (and the hub) channels i and i + D/2. The converter
    that wrote the file moved the rows so that llama.cpp's pairs meet; this moves them back. Values need it
    not: they are not turned.

    weight: (H·D, C). Returns the same shape.

    >>> pair_halves(torch.tensor([[0], [1], [2], [3]]), head_dim=4).flatten().tolist()
    [0, 2, 1, 3]
    """
    pairs = weight.unflatten(0, (-1, head_dim // 2, 2))  # (H, D/2, 2, C)
    return pairs.transpose(1, 2).flatten(0, 2)


def is_turned(name: str, n_dims: int) -> bool:
    """Whether our parameter is the transpose of the file's, which has (out, in): our matrices are (in, out).

    >>> is_turned("lm_head.weight", 2), is_turned("embed_tokens.weight", 2), is_turned("norm.weight", 1)
    (True, False, False)
    """
    return n_dims == 2 and name != "embed_tokens.weight"


def check_shapes(model: Llama, given: dict[str, tuple[int, ...]]) -> None:
    """Raise ValueError unless the file gives each parameter of the model, in its shape, and nothing else."""
    expected = {name: tuple(p.shape) for name, p in model.named_parameters()}
    if missing := sorted(expected.keys() - given.keys()):
        raise ValueError(f"the file lacks {len(missing)} of the model's tensors, first {missing[0]}")
    for name, shape in given.items():
        if shape != expected.get(name):
            raise ValueError(f"{name} has shape {shape} in the file, the model expects {expected.get(name)}")
