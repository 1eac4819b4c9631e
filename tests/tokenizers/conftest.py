"""What several tests of this folder need: texts in many scripts, and the tokenizers of others."""

import json
import random
import unicodedata

import pytest
import regex
import tiktoken
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from llmai_edu.datasets import gpt2_tokenizer_files, load_speeches, smollm2_gguf
from llmai_edu.tokenizers import gpt2_tokenizer, smollm2_tokenizer
from llmai_edu.tokenizers.gguf_metadata import read_gguf_metadata

# Written here from the published definition, not imported: the oracle must not share our constants.
GPT2_REGEX = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""

SPACES = [chr(code) for code in (9, 10, 11, 12, 13, 28, 31, 32, 32, 32, 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x3000)]
EMOJI = ["👩‍👩‍👧", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "👍🏽", "❤️", "🇫🇷", "1️⃣"]
PIECES = [
    "'s",
    "'LL",
    "’re",
    "e\u0301",
    "a\u0300\u0301\u0302",
    "١٢٣",
    "Ⅷ",
    "½",
    "²",
    "漢字",
    "हिन्दी",
    "한국어",
    "ﷺ",
    "﻿",
    "\u200d",
    "12345",
]


def random_text(rng: random.Random, characters: list[str]) -> str:
    """Words of one script each, white space runs, emoji, digits and control characters, in any order."""
    kinds = [
        lambda: "".join(rng.choices(SPACES, k=rng.randint(1, 5))),
        lambda: "".join(rng.choices(characters, k=rng.randint(1, 6))),
        lambda: "".join(chr(rng.randint(0, 255)) for _ in range(rng.randint(1, 8))),
        lambda: "".join(rng.choices("abcdefghijklmnopqrstuvwxyzABC '", k=rng.randint(1, 30))),
        lambda: "".join(rng.choices("0123456789., -", k=rng.randint(1, 8))),
        lambda: rng.choice(EMOJI),
        lambda: rng.choice(PIECES),
        lambda: rng.choice("xy-=. ") * rng.randint(1, 90),
    ]
    return "".join(rng.choice(kinds)() for _ in range(rng.randint(1, 12)))


@pytest.fixture(scope="session")
def random_texts() -> list[str]:
    """2,000 texts from a seed, of the characters of Unicode 3.2, whose classes all libraries' tables agree on."""
    category = unicodedata.ucd_3_2_0.category
    characters = [chr(code) for code in range(0x110000) if category(chr(code)) not in ("Cn", "Cs", "Co")]
    # The ideographs and the syllables of Korean are 70 of these 86 thousand characters: give the others a chance.
    small = [c for c in characters if not regex.match(r"\p{Han}|\p{Hangul}", c)]
    rng = random.Random(0)
    return [random_text(rng, small if rng.random() < 0.8 else characters) for _ in range(2000)]


@pytest.fixture(scope="session")
def speeches() -> list[str]:
    """The texts of all 249 speeches."""
    return [speech.text for speech in load_speeches()]


@pytest.fixture(scope="session")
def gpt2():
    """Our GPT-2 tokenizer."""
    return gpt2_tokenizer()


@pytest.fixture(scope="session")
def smollm2():
    """Our SmolLM2 tokenizer."""
    return smollm2_tokenizer()


@pytest.fixture(scope="session")
def tiktoken_gpt2() -> tiktoken.Encoding:
    """tiktoken's encoder on the local files; by name it would download."""
    encoder, merges = gpt2_tokenizer_files()
    from tiktoken.load import data_gym_to_mergeable_bpe_ranks

    ranks = data_gym_to_mergeable_bpe_ranks(str(merges), str(encoder))
    return tiktoken.Encoding(
        "gpt2-local", pat_str=GPT2_REGEX, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": 50256}
    )


@pytest.fixture(scope="session")
def hf_gpt2() -> Tokenizer:
    """GPT-2 in the library `tokenizers`."""
    encoder, merges = gpt2_tokenizer_files()
    pairs = [tuple(line.split(" ")) for line in merges.read_text(encoding="utf-8").splitlines()[1:] if line]
    tokenizer = Tokenizer(models.BPE(json.loads(encoder.read_text(encoding="utf-8")), pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


@pytest.fixture(scope="session")
def hf_smollm2() -> Tokenizer:
    """SmolLM2 in the library `tokenizers`, with the pre-tokenization of the model's published tokenizer.json."""
    metadata = read_gguf_metadata(smollm2_gguf())
    names = metadata["tokenizer.ggml.tokens"]
    pairs = [tuple(line.split(" ")) for line in metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({name: i for i, name in enumerate(names)}, pairs))
    digits, byte_level = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in names[:17]])
    return tokenizer
