"""Where every text and weight of the course comes from: registry, fetch, one loader per kind of data."""

from .card import Artifact, Dataset, format_card
from .emoji_names import load_emoji_names
from .errors import DataError
from .fetch import fetch, is_present, verify
from .hash_split import Split, split_by_key
from .instructions import Exchange, PreferencePair, load_instructions, load_preferences
from .parallel import Pair, normalize_english, split_pairs
from .registry import DATASETS
from .sentiment import Review, load_sentiment
from .settings import cache_dir
from .shakespeare import Work, load_shakespeare
from .speeches import Speech, load_speeches
from .ui_strings import load_ui_strings
from .weights import gpt2_tokenizer_files, smollm2_gguf
from .word_vectors import load_glove

__all__ = [
    "DATASETS",
    "Artifact",
    "DataError",
    "Dataset",
    "Exchange",
    "Pair",
    "PreferencePair",
    "Review",
    "Speech",
    "Split",
    "Work",
    "cache_dir",
    "fetch",
    "format_card",
    "gpt2_tokenizer_files",
    "is_present",
    "load_emoji_names",
    "load_glove",
    "load_instructions",
    "load_preferences",
    "load_sentiment",
    "load_shakespeare",
    "load_speeches",
    "load_ui_strings",
    "normalize_english",
    "smollm2_gguf",
    "split_by_key",
    "split_pairs",
    "verify",
]
