"""GPT-2's own tokenizer, from the two files that were released with it."""

import json
from pathlib import Path

from llmai_edu.datasets import gpt2_tokenizer_files
from llmai_edu.tokenizers.bpe import BPETokenizer
from llmai_edu.tokenizers.byte_unicode import text_to_bytes
from llmai_edu.tokenizers.merge import Pair

END_OF_TEXT = "<|endoftext|>"


def gpt2_tokenizer(encoder_json: str | Path | None = None, vocab_bpe: str | Path | None = None) -> BPETokenizer:
    """GPT-2's tokenizer: 256 bytes, 50,000 merges and <|endoftext|> (Radford et al. 2019).

    Without paths the files come from `llmai_edu.datasets`. Raises its DataError when they cannot be had, ValueError
    when a file is no tokenizer.

    >>> gpt2_tokenizer().encode("Hello world")  # doctest: +SKIP
    [15496, 995]
    """
    if encoder_json is None or vocab_bpe is None:
        encoder_json, vocab_bpe = gpt2_tokenizer_files()
    names = read_encoder(encoder_json)
    special = {END_OF_TEXT: names[END_OF_TEXT]} if END_OF_TEXT in names else {}
    tokens = [b""] * len(names)
    for name, i in names.items():
        tokens[i] = name.encode() if name in special else text_to_bytes(name)
    return BPETokenizer(tokens, read_merges(vocab_bpe, names), special_tokens=special)


def read_encoder(path: str | Path) -> dict[str, int]:
    """The token -> id table of an encoder.json; raises ValueError unless the ids are 0, 1, 2, … in some order."""
    try:
        names = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}); it should be GPT-2's encoder.json") from None
    if not isinstance(names, dict) or sorted(names.values()) != list(range(len(names))):
        raise ValueError(f"{path} should map each token to its own id 0, 1, 2, …, as GPT-2's encoder.json does")
    return names


def read_merges(path: str | Path, names: dict[str, int]) -> list[Pair]:
    """The merges of a vocab.bpe as pairs of ids: one "left right" a line after a line with the version."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return parse_merges([line for line in lines if line and not line.startswith("#version")], names)


def parse_merges(lines: list[str], names: dict[str, int]) -> list[Pair]:
    """Turn lines such as "Ġ t" into pairs of ids; raises ValueError for a line that is no pair of known tokens.

    >>> parse_merges(["Ġ t"], {"t": 0, "Ġ": 1})
    [(1, 0)]
    """
    merges = []
    for line in lines:
        pair = line.split(" ")
        if len(pair) != 2 or pair[0] not in names or pair[1] not in names:
            raise ValueError(f"{line!r} is no merge: expected two known tokens with a space between them")
        merges.append((names[pair[0]], names[pair[1]]))
    return merges
