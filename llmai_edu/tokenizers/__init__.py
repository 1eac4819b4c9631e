"""From text to numbers and back: cleaning, characters, words, and byte-pair encoding. Needs no torch."""

from .bpe import BPETokenizer
from .bpe_train import count_words, learn_merges, train_bpe
from .byte_unicode import bytes_to_text, bytes_to_unicode, text_to_bytes
from .char import CharTokenizer
from .chat import ChatTokenizer, render_chat
from .clean import (
    clean,
    collapse_whitespace,
    normalize_unicode,
    remove_control,
    remove_stop_words,
    stop_words,
    straighten_quotes,
    strip_accents,
    words,
)
from .fertility import Fertility, fertility
from .gguf_metadata import read_gguf_metadata
from .gpt2 import gpt2_tokenizer
from .merge import count_pairs, encode_word, merge
from .pretokenize import GPT2_PATTERN, SMOLLM2_PATTERN, pretokenize
from .reference import gpt2_reference
from .smollm2 import smollm2_tokenizer
from .stem import stem, stem_words
from .word import WordTokenizer

__all__ = [
    "GPT2_PATTERN",
    "SMOLLM2_PATTERN",
    "BPETokenizer",
    "CharTokenizer",
    "ChatTokenizer",
    "Fertility",
    "WordTokenizer",
    "bytes_to_text",
    "bytes_to_unicode",
    "clean",
    "collapse_whitespace",
    "count_pairs",
    "count_words",
    "encode_word",
    "fertility",
    "gpt2_reference",
    "gpt2_tokenizer",
    "learn_merges",
    "merge",
    "normalize_unicode",
    "pretokenize",
    "read_gguf_metadata",
    "remove_control",
    "remove_stop_words",
    "render_chat",
    "smollm2_tokenizer",
    "stem",
    "stem_words",
    "stop_words",
    "straighten_quotes",
    "strip_accents",
    "text_to_bytes",
    "train_bpe",
    "words",
]
