"""From text to numbers and back: cleaning, characters, words, and byte-pair encoding. Needs no torch."""

from llmai_edu.tokenizers.bpe import BPETokenizer
from llmai_edu.tokenizers.bpe_train import count_words, learn_merges, train_bpe
from llmai_edu.tokenizers.byte_unicode import bytes_to_text, bytes_to_unicode, text_to_bytes
from llmai_edu.tokenizers.char import CharTokenizer
from llmai_edu.tokenizers.chat import ChatTokenizer, render_chat
from llmai_edu.tokenizers.clean import (
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
from llmai_edu.tokenizers.fertility import Fertility, fertility
from llmai_edu.tokenizers.gguf_metadata import read_gguf_metadata
from llmai_edu.tokenizers.gpt2 import gpt2_tokenizer
from llmai_edu.tokenizers.merge import count_pairs, encode_word, merge
from llmai_edu.tokenizers.pretokenize import GPT2_PATTERN, SMOLLM2_PATTERN, pretokenize
from llmai_edu.tokenizers.reference import gpt2_reference
from llmai_edu.tokenizers.smollm2 import smollm2_tokenizer
from llmai_edu.tokenizers.stem import stem, stem_words
from llmai_edu.tokenizers.word import WordTokenizer

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
