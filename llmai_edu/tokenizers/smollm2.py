"""SmolLM2's tokenizer, from the metadata of the same GGUF file that holds its weights."""

from pathlib import Path

from llmai_edu.datasets import smollm2_gguf
from llmai_edu.tokenizers.byte_unicode import text_to_bytes
from llmai_edu.tokenizers.chat import ChatTokenizer
from llmai_edu.tokenizers.gguf_metadata import read_gguf_metadata
from llmai_edu.tokenizers.gpt2 import parse_merges
from llmai_edu.tokenizers.pretokenize import SMOLLM2_PATTERN

CONTROL = 3  # the token type of GGUF that marks special tokens


def smollm2_tokenizer(path: str | Path | None = None) -> ChatTokenizer:
    """SmolLM2's tokenizer: 49,152 tokens, 17 of them special, and its chat template (Allal et al. 2025, "SmolLM2").

    It has no token for 21 of the 256 bytes, so `encode` refuses six control characters and all characters from
    U+40000 to U+BFFFF, unless errors="ignore" leaves their unknown bytes out as the reference implementation does.
    Without a path the file comes from `llmai_edu.datasets`. Raises its DataError when it cannot be had, ValueError
    when the file holds another kind of tokenizer.

    >>> smollm2_tokenizer().encode("In 1862")  # doctest: +SKIP
    [788, 216, 33, 40, 38, 34]
    """
    metadata = read_gguf_metadata(path or smollm2_gguf())
    prefix = "tokenizer.ggml."
    kind = metadata.get(prefix + "model"), metadata.get(prefix + "pre")
    if kind != ("gpt2", "smollm"):
        raise ValueError(f"{path} holds a tokenizer of the kind {kind}, expected ('gpt2', 'smollm'): SmolLM2's")
    names = metadata[prefix + "tokens"]
    types = metadata[prefix + "token_type"]
    special = {name: i for i, name in enumerate(names) if types[i] == CONTROL}
    return ChatTokenizer(
        [name.encode() if name in special else text_to_bytes(name) for name in names],
        parse_merges(metadata[prefix + "merges"], {name: i for i, name in enumerate(names)}),
        special_tokens=special,
        pattern=SMOLLM2_PATTERN,
        chat_template=metadata["tokenizer.chat_template"],
        bos_id=metadata[prefix + "bos_token_id"],
        eos_id=metadata[prefix + "eos_token_id"],
    )
